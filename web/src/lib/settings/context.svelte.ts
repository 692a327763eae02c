/** Who works on the settings, and the catalogue as it was read last. */
import { getContext, setContext } from 'svelte';
import { type Role, roleReaches, type SessionAnswer } from '#contract/people.ts';
import { ask, type StoredCatalogue } from './api.ts';

const KEY = Symbol('settings');

export class Settings {
  session: SessionAnswer | null = $state.raw(null);
  catalogue: StoredCatalogue | null = $state.raw(null);
  failed = $state(false);

  async load(): Promise<void> {
    const [session, catalogue] = await Promise.all([
      ask<SessionAnswer>('GET', '/api/v1/session'),
      ask<StoredCatalogue>('GET', '/api/v1/catalogue'),
    ]);
    this.session = session.ok ? session.answer : null;
    this.catalogue = catalogue.ok ? catalogue.answer : null;
    this.failed = !session.ok || (!catalogue.ok && catalogue.status !== 401 && catalogue.status !== 403);
  }
  may(role: Role): boolean {
    const { role: own = null } = this.session ?? {};
    return own !== null && roleReaches(own, role);
  }
}
export const provideSettings = (settings: Settings): Settings => setContext(KEY, settings);
export function useSettings(): Settings {
  const settings = getContext<Settings | undefined>(KEY);
  if (!settings) throw new Error('no settings were provided above this component');
  return settings;
}
