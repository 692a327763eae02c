/** English addresses lead to the same pages as the French ones, which name the folders under `routes`. */
import type { Reroute } from '@sveltejs/kit/hooks';
import { frenchPath } from '#lib/i18n/address.ts';

export const reroute: Reroute = ({ url }) => frenchPath(url.pathname);
