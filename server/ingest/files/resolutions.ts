/** How requests were settled, where a file has no field for it but a text. */
import type { RESOLUTIONS } from '../../contract/event-types.ts';

type Resolution = (typeof RESOLUTIONS)[number];

/** What agencies write when they close a request; the first that fits. */
const RESOLUTION_TEXTS: readonly (readonly [Resolution, RegExp])[] = [
  ['duplicate', /\bduplicate\b|already (been )?reported by/],
  [
    'referred',
    /\b(referred|forwarded|transferred) (it |this |your |the )?.{0,40}\bto\b|does not fall under|not .{0,30}jurisdiction/,
  ],
  [
    'not_found',
    /\b(no|not find|did not observe|could not find|unable to (find|locate)|observed no)\b.{0,40}\b(evidence|condition|problem|violation|graffiti|leak)|\bwas not found\b|those responsible .{0,30}were gone/,
  ],
  [
    'no_action',
    /\bno (further |work |action )?(action )?(is|was) (necessary|needed|required|taken)|action was not necessary|not eligible|can ?not be processed|not able to gain access|unable to gain entry|could not gain access/,
  ],
];

/** How a request was settled, from the text that was published of it; done when it says nothing else. */
export function resolutionOf(text: string): Resolution {
  const words = text.toLowerCase();
  return RESOLUTION_TEXTS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'done';
}
