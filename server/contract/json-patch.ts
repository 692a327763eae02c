/**
 * JSON Patch (RFC 6902) as the socket uses it: `add`, `replace` and `remove` on members of objects. The server makes
 * the operations with `diff`, the browser applies them with `applyPatch`; arrays are replaced whole, never spliced.
 */
import type { PatchOperation } from './live.ts';

/** Escapes one segment of a JSON Pointer (RFC 6901). */
export const escapeSegment = (segment: string): string =>
  SPECIAL.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
const SPECIAL = /[~/]/;

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

/**
 * The operations that turn `before` into `after`, in as few characters as member-wise patching allows: wherever
 * replacing a whole value is shorter than patching inside it, the value is replaced. Empty when they are the same.
 */
export function diff(before: unknown, after: unknown, path = ''): readonly PatchOperation[] {
  return JSON.parse(`[${diffJson(before, after, path)}]`) as PatchOperation[];
}

/** The same as JSON without brackets, ready to be joined to others: what is sent is encoded once. */
export function diffJson(before: unknown, after: unknown, path = ''): string {
  const found: Found = { operations: [], path: [path] };
  compare(before, after, found);
  return found.operations.join();
}

interface Found {
  /** Operations so far, as JSON. */
  readonly operations: string[];
  /** Where the comparison stands, escaped; joined only when something is found there. */
  readonly path: string[];
}

const pathOf = (found: Found): string => JSON.stringify(found.path.join('/'));

/** Adds what differs to `found`. Returns the least number of characters that `after` takes as JSON. */
function compare(before: unknown, after: unknown, found: Found): number {
  if (!isObject(before) || !isObject(after)) {
    if (!sameJson(before, after)) found.operations.push(replaceJson(after, found));
    return leastSize(after);
  }
  const first = found.operations.length;
  const least = compareMembers(before, after, found);
  const size = sizeFrom(found.operations, first);
  // Encoding the whole to learn its size is dear; most often its least size already says that patching is shorter.
  if (size > least) {
    const whole = replaceJson(after, found);
    if (whole.length <= size) found.operations.splice(first, Number.POSITIVE_INFINITY, whole);
  }
  return least;
}

function compareMembers(before: JsonObject, after: JsonObject, found: Found): number {
  let least = 2;
  for (const key of Object.keys(before)) {
    if (before[key] === undefined || own(after, key) !== undefined) continue;
    found.path.push(escapeSegment(key));
    found.operations.push(`{"op":"remove","path":${pathOf(found)}}`);
    found.path.pop();
  }
  for (const key of Object.keys(after)) {
    const value = after[key];
    if (value === undefined) continue;
    const old = own(before, key);
    least += key.length + 4;
    if (old === value) {
      least += leastSize(value);
      continue;
    }
    found.path.push(escapeSegment(key));
    if (old !== undefined) least += compare(old, value, found);
    else {
      found.operations.push(`{"op":"add","path":${pathOf(found)},"value":${JSON.stringify(value)}}`);
      least += leastSize(value);
    }
    found.path.pop();
  }
  return least;
}

const replaceJson = (value: unknown, found: Found): string =>
  `{"op":"replace","path":${pathOf(found)},"value":${JSON.stringify(value)}}`;

function sizeFrom(operations: readonly string[], first: number): number {
  let size = 0;
  for (let index = first; index < operations.length; index += 1) size += (operations[index]?.length ?? 0) + 1;
  return size;
}

/** A lower bound of a value's size as JSON that is quick to know. */
function leastSize(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (Array.isArray(value)) return 1 + 2 * value.length;
  return isObject(value) ? 2 : 1;
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
