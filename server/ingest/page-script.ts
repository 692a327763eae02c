/** `/vigie.js` as it is served: the source beside this file without comments and indentation. */
import { readFileSync } from 'node:fs';

/** The most it may have, bytes: it is on every page of a city, also over a slow telephone. */
export const PAGE_SCRIPT_BYTES_MAX = 2_048;

export function pageScript(): string {
  const source = readFileSync(new URL('./page-script.js', import.meta.url), 'utf8');
  const lines = source.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('//')).join('\n');
}
