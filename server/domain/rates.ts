/** How far a share may lie from what was counted. */

/** Of the standard normal: 95 % lie within as much on either side. */
const Z = 1.959963984540054;

/** Wilson's 95 % interval of `part` in `whole` (E. B. Wilson, JASA 22, 1927); null of nothing. */
export function wilson(part: number, whole: number): { readonly low: number; readonly high: number } | null {
  if (whole === 0) return null;
  const share = part / whole;
  const middle = share + (Z * Z) / (2 * whole);
  const reach = Z * Math.sqrt((share * (1 - share)) / whole + (Z * Z) / (4 * whole * whole));
  const scale = 1 + (Z * Z) / whole;
  // Rounding must not take it beyond what a share can be, nor beyond the share itself.
  return {
    low: part === 0 ? 0 : Math.max(0, (middle - reach) / scale),
    high: part === whole ? 1 : Math.min(1, (middle + reach) / scale),
  };
}

/** A share as it was counted. */
export interface Counted {
  readonly part: number;
  readonly whole: number;
}
/**
 * How much larger the first share is than the second, with its 95 % interval (R. G. Newcombe, Statistics in Medicine 17, 1998, method 10);
 * null where one is of nothing. Where the interval holds 0, the difference may be chance.
 */
export function differenceOf(
  a: Counted,
  b: Counted,
): { readonly value: number; readonly low: number; readonly high: number } | null {
  const [of_a, of_b] = [wilson(a.part, a.whole), wilson(b.part, b.whole)];
  if (of_a === null || of_b === null) return null;
  const [share_a, share_b] = [a.part / a.whole, b.part / b.whole];
  const value = share_a - share_b;
  return {
    value,
    low: value - Math.hypot(share_a - of_a.low, of_b.high - share_b),
    high: value + Math.hypot(of_a.high - share_a, share_b - of_b.low),
  };
}

/** Whether two counts of independent events lie further apart than chance explains in 95 % of cases (both Poisson). */
export const countsDiffer = (a: number, b: number): boolean => Math.abs(a - b) > Z * Math.sqrt(a + b);
