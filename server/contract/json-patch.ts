/**
 * JSON Patch (RFC 6902) as the socket uses it: `add`, `replace` and `remove` on members of objects. The server makes
 * the operations with `diff`, the browser applies them with `applyPatch`; arrays are replaced whole, never spliced.
 */
import type { PatchOperation } from './live.ts';

/** Escapes one segment of a JSON Pointer (RFC 6901). */
export const escapeSegment = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');

/** The segments of a JSON Pointer; the whole document (``) has none. Throws on a pointer that starts otherwise. */
export function pointerSegments(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`not a JSON Pointer: ${pointer.slice(0, 100)}`);
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two JSON values are the same; a member that is undefined counts as absent, as in JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => sameJson(value, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!sameJson(a[key], own(b, key))) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && own(a, key) === undefined) return false;
  return true;
}

/** An object's own member: `constructor` and its like are ordinary keys here. */
const own = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

interface Step {
  readonly operations: PatchOperation[];
  /** Characters of the operations as JSON. */
  readonly size: number;
}

const stepOf = (operation: PatchOperation): Step => ({
  operations: [operation],
  size: JSON.stringify(operation).length + 1,
});

/**
 * The operations that turn `before` into `after`, in as few characters as member-wise patching allows: wherever
 * replacing a whole value is shorter than patching inside it, the value is replaced. Empty when they are the same.
 */
export function diff(before: unknown, after: unknown, path = ''): readonly PatchOperation[] {
  return step(before, after, path)?.operations ?? [];
}

function step(before: unknown, after: unknown, path: string): Step | null {
  if (before === after) return null;
  if (!isObject(before) || !isObject(after)) {
    return sameJson(before, after) ? null : stepOf({ op: 'replace', path, value: after });
  }
  const operations: PatchOperation[] = [];
  let size = 0;
  const take = (next: Step | null): void => {
    if (next === null) return;
    operations.push(...next.operations);
    size += next.size;
  };
  for (const key of Object.keys(before)) {
    if (before[key] === undefined || own(after, key) !== undefined) continue;
    take(stepOf({ op: 'remove', path: `${path}/${escapeSegment(key)}` }));
  }
  for (const key of Object.keys(after)) {
    const value = after[key];
    if (value === undefined) continue;
    const old = own(before, key);
    const at = `${path}/${escapeSegment(key)}`;
    take(old === undefined ? stepOf({ op: 'add', path: at, value }) : step(old, value, at));
  }
  if (operations.length === 0) return null;
  const whole = stepOf({ op: 'replace', path, value: after });
  return size < whole.size ? { operations, size } : whole;
}

/**
 * The document after the operations. What does not change is shared with the old document, which stays as it is: so a
 * screen sees by identity what changed. Throws where RFC 6902 calls for an error: replacing or removing what is not
 * there, or a path through something that is no object.
 */
export function applyPatch<T>(document: T, operations: readonly PatchOperation[]): T {
  let result: unknown = document;
  for (const operation of operations) result = applyAt(result, pointerSegments(operation.path), 0, operation);
  return result as T;
}

function applyAt(
  target: unknown,
  segments: readonly string[],
  depth: number,
  operation: PatchOperation,
): unknown {
  const segment = segments[depth];
  if (segment === undefined) {
    if (operation.op === 'remove') throw new Error('the whole document cannot be removed');
    return operation.value;
  }
  if (!isObject(target)) throw new Error(`no object at ${operation.path}`);
  const last = depth === segments.length - 1;
  if (!(last && operation.op === 'add') && !Object.hasOwn(target, segment)) {
    throw new Error(`nothing at ${operation.path}`);
  }
  const copy = { ...target };
  if (last && operation.op === 'remove') delete copy[segment];
  else setMember(copy, segment, applyAt(own(target, segment), segments, depth + 1, operation));
  return copy;
}

/** Sets a member, also one named `__proto__`, which a plain assignment would take for the prototype. */
function setMember(object: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
