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
