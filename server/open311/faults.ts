/** What is wrong with an Open311 request, in both languages: the specification wants its errors to be shown to people. */
import type { BilingualName } from '../contract/reference.ts';

/** The specification's codes: 404 for what does not exist, 403 for keys, 400 for everything else. */
export interface Fault {
  readonly code: 400 | 403 | 404;
  readonly text: BilingualName;
}

/** French sets no line break before its double punctuation. */
const spaced = (french: string): string =>
  french.replace(/ ([:;?!»])/g, '\u00A0$1').replaceAll('« ', '«\u00A0');

export const fault = (code: Fault['code'], fr: string, en: string): Fault => ({
  code,
  text: { fr: spaced(fr), en },
});

/** What was sent, as far as it may be repeated: short, and never what a citizen wrote. */
export const quoted = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** One status for several faults: what does not exist and what is forbidden say more than "wrong". */
export function statusOf(faults: readonly Fault[]): number {
  return faults.find(({ code }) => code !== 400)?.code ?? 400;
}
