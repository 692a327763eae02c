/** The city's own names of its services, units and boroughs: fetched when they are first wanted, and now and then after that. */
import type { BilingualName } from '#contract/reference.ts';

interface NamedThing {
  readonly id?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly name: BilingualName;
}

type Names = Readonly<Record<'services' | 'units' | 'territories', ReadonlyMap<string, BilingualName>>>;

const NONE: Names = { services: new Map(), units: new Map(), territories: new Map() };
let names: Names = $state.raw(NONE);
/** Codes of the boroughs; null until they are known. */
let codes: readonly string[] | null = $state.raw(null);
let ask_again_ms = Number.NEGATIVE_INFINITY;
/** A screen hangs for weeks, and a city changes its catalogue. */
const KEEP_MS = 3_600_000;
const RETRY_MS = 10_000;

/** Has the names fetched, so that they are there when something is to be told. */
export function wantNames(): void {
  if (typeof window === 'undefined' || performance.now() < ask_again_ms) return;
  ask_again_ms = performance.now() + RETRY_MS;
  void load();
}

async function load(): Promise<void> {
  const answer = await fetch('/api/v1/catalogue').catch(() => null);
  if (!answer?.ok) {
    setTimeout(wantNames, RETRY_MS);
    return;
  }
  ask_again_ms = performance.now() + KEEP_MS;
  const catalogue = (await answer.json()) as Readonly<Record<string, readonly NamedThing[] | undefined>>;
  const mapOf = (list: readonly NamedThing[] = []): Map<string, BilingualName> =>
    new Map(list.map(({ id, code, name }) => [id ?? code ?? '', name]));
  names = {
    services: mapOf(catalogue.services),
    units: mapOf(catalogue.units),
    territories: mapOf(catalogue.territories),
  };
  codes = (catalogue.territories ?? []).flatMap(({ kind, code }) =>
    kind === 'borough' && code ? [code] : [],
  );
}

/** The name of a service, unit or borough in a language; its id where the city gives none. */
export function nameOf(kind: keyof Names, id: string, lang: 'fr' | 'en'): string {
  wantNames();
  const known = names[kind].get(id);
  if (known) return known[lang];
  // A unit of a borough: `VM-voirie`.
  const [borough, unit] = kind === 'units' ? id.split(/-(.*)/s) : [];
  const own = unit ? names.units.get(unit) : undefined;
  return own ? `${own[lang]} · ${nameOf('territories', borough ?? '', lang)}` : id;
}

/** The name of a unit as its own borough says it: without the borough's. */
export const unitIn = (borough: string, id: string, lang: 'fr' | 'en'): string =>
  nameOf('units', id.startsWith(`${borough}-`) ? id.slice(borough.length + 1) : id, lang);

/** The services by name; null until they are known. */
export function services(
  lang: 'fr' | 'en',
): readonly { readonly id: string; readonly name: string }[] | null {
  wantNames();
  const { compare } = new Intl.Collator(lang);
  const list = [...names.services].map(([id, name]) => ({ id, name: name[lang] }));
  return list.length === 0 ? null : list.toSorted((a, b) => compare(a.name, b.name));
}

/** The boroughs by name; null until they are known. */
export function boroughs(
  lang: 'fr' | 'en',
): readonly { readonly code: string; readonly name: string }[] | null {
  wantNames();
  const { compare } = new Intl.Collator(lang);
  return (
    codes
      ?.map((code) => ({ code, name: nameOf('territories', code, lang) }))
      .toSorted((a, b) => compare(a.name, b.name)) ?? null
  );
}
