/** What the figures of contacts say. */
import type { BilingualName } from '../contract/reference.ts';
import { comparedWith, countChange, plural, sentence, shareChange, shareWithCount } from './compare.ts';
import { callsOf, eventsOf, metricCell, metrics, visitsOf } from './contacts.ts';
import { countText, percentText, shareText, timeText } from './format.ts';
import type { ReportInput } from './input.ts';

export function contactSentences(input: ReportInput): BilingualName[] {
  const { month } = input.periods;
  const before = comparedWith(input, 'call');
  const calls = callsOf(month, input).counts.offered;
  const visits = visitsOf(month, input).counts.offered;
  const forms = eventsOf(month, 'web', 'form_submitted');
  const letters = eventsOf(month, 'mail.post', 'received') + eventsOf(month, 'mail.email', 'received');
  if (month.data.call === 'none') return [];
  return [
    ...sentence((language) => {
      const change =
        before &&
        countChange(
          calls,
          callsOf(input.periods[before.which], input).counts.offered,
          before.month,
          language,
        );
      const told =
        language === 'fr' ? plural(calls, 'fr', 'appel', 'appels') : plural(calls, 'en', 'call', 'calls');
      return `${told}${change ? (language === 'fr' ? `\u00a0: ${change}` : `: ${change}`) : ''}.`;
    }),
    ...sentence((language) =>
      language === 'fr'
        ? `Par les autres canaux\u00a0: ${plural(visits, 'fr', 'visite aux comptoirs', 'visites aux comptoirs')}, ${plural(forms, 'fr', 'formulaire Web envoyé', 'formulaires Web envoyés')}, ${plural(letters, 'fr', 'lettre ou courriel', 'lettres et courriels')}.`
        : `By the other channels: ${plural(visits, 'en', 'counter visit', 'counter visits')}, ${plural(forms, 'en', 'web form submitted', 'web forms submitted')}, ${plural(letters, 'en', 'letter or e-mail', 'letters and e-mails')}.`,
    ),
  ];
}

export function callSentences(input: ReportInput): BilingualName[] {
  const { month } = input.periods;
  const sums = callsOf(month, input);
  const figures = metrics(sums);
  const level = metricCell('service_level', figures.service_level);
  if (level.value === null) return [];
  const before = comparedWith(input, 'call');
  const earlier = before && callsOf(input.periods[before.which], input);
  const was = earlier && metricCell('service_level', metrics(earlier).service_level);
  const queue = input.names.queues.find(({ kind }) => kind === 'phone');
  const { abandoned, offered } = sums.counts;
  return [
    ...sentence((language) =>
      levelSentence(level, queue, was ? shareChange(level, was, before.month, language) : null, language),
    ),
    ...sentence((language) =>
      abandonedSentence(abandoned, offered, queue?.abandonment_target ?? null, language),
    ),
    ...sentence((language) => {
      const p90 = figures.wait_p90.value;
      const asa = figures.asa.value;
      if (p90 === null || asa === null) return null;
      return language === 'fr'
        ? `Qui a eu une réponse a attendu ${timeText(asa, 'fr')} en moyenne\u00a0; neuf appels sur dix ont quitté la file en ${timeText(p90, 'fr')} au plus.`
        : `Those who were answered waited ${timeText(asa, 'en')} on average; nine calls in ten left the queue within ${timeText(p90, 'en')}.`;
    }),
  ];
}

type Target = { readonly threshold_s: number; readonly target: number } | undefined;
function levelSentence(
  level: ReturnType<typeof metricCell>,
  target: Target,
  change: string | null,
  language: 'fr' | 'en',
): string {
  const fr = language === 'fr';
  const told = shareWithCount(level, language);
  const within = target ? timeText(target.threshold_s, language) : null;
  const begins = fr
    ? `Niveau de service${within ? ` (réponse en ${within} au plus)` : ''}\u00a0: ${told}`
    : `Service level${within ? ` (answered within ${within})` : ''}: ${told}`;
  return `${begins}${target ? `, ${verdict(level, target.target, language)}` : ''}${change ? `${fr ? '\u00a0; ' : '; '}${change}` : ''}.`;
}
/** Above or below only where the whole interval is. */
function verdict(level: ReturnType<typeof metricCell>, target: number, language: 'fr' | 'en'): string {
  const share = percentText(target, language);
  const fr = language === 'fr';
  if (level.small)
    return fr
      ? `trop peu pour le comparer à la cible de ${share}`
      : `too few to compare with the target of ${share}`;
  if ((level.low ?? 0) >= target)
    return fr ? `la cible de ${share} est tenue` : `the target of ${share} is met`;
  if ((level.high ?? 1) < target)
    return fr ? `la cible de ${share} n’est pas tenue` : `the target of ${share} is not met`;
  return fr
    ? `si près de la cible de ${share} que le hasard peut décider`
    : `so near the target of ${share} that chance may decide`;
}

function abandonedSentence(
  abandoned: number,
  offered: number,
  target: number | null,
  language: 'fr' | 'en',
): string | null {
  if (offered === 0) return null;
  const fr = language === 'fr';
  const share = shareText(abandoned / offered, language);
  const n = countText(abandoned, language);
  const limit = target === null ? null : percentText(target, language);
  const beside =
    limit === null ? '' : fr ? `\u00a0; la cible est d’au plus ${limit}` : `; the target is at most ${limit}`;
  return fr
    ? `${n} ${abandoned < 2 ? 'personne a' : 'personnes ont'} raccroché avant la réponse, ${share} des appels${beside}.`
    : `${n} ${abandoned === 1 ? 'caller' : 'callers'} hung up before an answer, ${share} of the calls${beside}.`;
}
