/** What differs between two states of an entry, member by member. */
export interface Change {
  /** Names of members with points between them, such as `targets.settlement.amount`. */
  readonly path: string;
  /** null: it was not there. */
  readonly before: string | null;
  readonly after: string | null;
}

const SHOWN_MAX = 200;

function leaves(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, member] of Object.entries(value))
      leaves(member, path === '' ? name : `${path}.${name}`, into);
    return;
  }
  if (value === undefined) return;
  const texts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  const text = typeof value === 'string' ? value : texts ? value.join(', ') || '—' : JSON.stringify(value);
  into.set(path, text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text);
}

export function changesOf(before: object | null, after: object | null): readonly Change[] {
  const [old, now] = [new Map<string, string>(), new Map<string, string>()];
  if (before) leaves(before, '', old);
  if (after) leaves(after, '', now);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path) => {
    const change = { path, before: old.get(path) ?? null, after: now.get(path) ?? null };
    return change.before === change.after ? [] : [change];
  });
}

/** The names of a path in the reader's language; an id or a date stands as it is. */
export const memberText = (members: Readonly<Record<string, string>>, path: string): string =>
  path
    .split('.')
    .map((name) => (Object.hasOwn(members, name) ? members[name] : name))
    .join(' · ');
