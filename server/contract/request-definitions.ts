/** The metrics of requests: their backlog, their deadlines, their settlement. */
import type { MetricDefinition } from './definitions.ts';
import type { BilingualName } from './reference.ts';

export type RequestMetricId =
  | 'backlog'
  | 'on_time'
  | 'on_time_settled'
  | 'ageing'
  | 'transmission_on_time'
  | 'status_current'
  | 'reopened'
  | 'repeat'
  | 'incident'
  | 'by_resolution'
  | 'settlement_p50'
  | 'settlement_p90'
  | 'settlement_business_p50'
  | 'settlement_business_p90'
  | 'overdue'
  | 'due_today'
  | 'due_3_days'
  | 'untransmitted'
  | 'received_today'
  | 'settled_today'
  | 'breaches_day'
  | 'breach_forecast';

const PLAN: BilingualName = {
  fr: 'Ville de Montréal, plan de 2006\u00a0: délais prédéterminés, versions datées',
  en: 'Ville de Montréal, 2006 plan: predetermined times, versions with dates',
};
const COUNTED: BilingualName = {
  fr: 'Événements des demandes\u00a0; ce qui arrive en retard corrige toutes les périodes touchées',
  en: 'Events of requests; what comes late corrects every period it touches',
};
type Text = readonly [name: string, formula: string];
const define = (
  id: RequestMetricId,
  unit: MetricDefinition['unit'],
  source: BilingualName,
  fr: Text,
  en: Text,
): MetricDefinition => ({
  id,
  version: 1,
  name: { fr: fr[0], en: en[0] },
  formula: { fr: fr[1], en: en[1] },
  unit,
  source,
});

export const REQUEST_DEFINITIONS: readonly MetricDefinition[] = [
  define(
    'backlog',
    'count',
    COUNTED,
    [
      'Demandes en cours',
      'demandes ouvertes ; par période, unité et arrondissement : au début + reçues + rouvertes + transférées ici − réglées − annulées − fusionnées − transférées ailleurs = à la fin, exactement',
    ],
    [
      'Backlog',
      'open requests; per period, unit and borough: opening + received + reopened + transferred in − closed − cancelled − merged − transferred out = closing, exactly',
    ],
  ),
  define(
    'on_time',
    'share',
    PLAN,
    [
      'Réglées à temps',
      'réglées à temps ÷ (réglées avec une échéance + ouvertes en retard). Une demande rouverte compte à son dernier règlement',
    ],
    [
      'On time',
      'settled on time ÷ (settled that had a due date + open and overdue). A reopened request counts at its last settlement',
    ],
  ),
  define(
    'on_time_settled',
    'share',
    PLAN,
    [
      'Réglées à temps, parmi les réglées',
      'réglées à temps ÷ réglées avec une échéance ; à lire à côté de la première, car elle cache les ouvertes en retard',
    ],
    [
      'On time, of those settled',
      'settled on time ÷ settled that had a due date; to be read beside the first, since it hides what is open and overdue',
    ],
  ),
  define(
    'ageing',
    'count',
    COUNTED,
    [
      'Âge et échéances',
      'demandes ouvertes par âge en jours locaux (0–7, 8–30, 31–90, 91–365, plus) et par distance à l’échéance (en retard de plus de 30 jours, de 8–30, de 7 au plus, échéance aujourd’hui, d’ici 3 jours, plus tard, sans échéance)',
    ],
    [
      'Ageing',
      'open requests by age in local days (0–7, 8–30, 31–90, 91–365, more) and by distance to the deadline (overdue more than 30 days, 8–30, at most 7, due today, due in 3 days, later, without one)',
    ],
  ),
  define(
    'transmission_on_time',
    'share',
    PLAN,
    [
      'Transmises à temps',
      'transmises à l’unité responsable dans le délai ÷ celles dont le délai est passé ou tenu',
    ],
    [
      'Transmitted on time',
      'transmitted to the responsible unit within the limit ÷ those whose limit has passed or was kept',
    ],
  ),
  define(
    'status_current',
    'share',
    PLAN,
    [
      'État publié à jour',
      'ouvertes dont l’état publié n’est pas plus ancien que promis ÷ ouvertes qui ont cette promesse',
    ],
    [
      'Published status current',
      'open whose published status is no older than promised ÷ open that have such a promise',
    ],
  ),
  define(
    'reopened',
    'share',
    COUNTED,
    ['Rouvertes', 'rouvertes dans les 30 jours ÷ réglées'],
    ['Reopened', 'reopened within 30 days ÷ settled'],
  ),
  define(
    'repeat',
    'share',
    COUNTED,
    [
      'Répétées',
      'nouvelles demandes du même service, à 50 m au plus d’une demande réglée comme faite dans les 30 jours avant ÷ nouvelles demandes dont le service et le lieu sont connus ; signe qu’elle ne l’était pas',
    ],
    [
      'Repeated',
      'new requests of the same service, within 50 m of one settled as done in the 30 days before ÷ new requests whose service and place are known; a sign that it was not',
    ],
  ),
  define(
    'incident',
    'count',
    COUNTED,
    [
      'Incidents',
      'plusieurs demandes ouvertes pour une même chose : même service, à 150 m et 24 h au plus d’une autre, cinq ou plus liées ainsi, de proche en proche ; reçues dans les 30 derniers jours, selon les lieux arrondis',
    ],
    [
      'Incidents',
      'many open requests about one thing: the same service, within 150 m and 24 h of another one, five or more linked so one after the other; received in the last 30 days, by rounded places',
    ],
  ),
  define(
    'by_resolution',
    'count',
    COUNTED,
    [
      'Réglées, par résultat',
      'réglées dans la période : faites, dirigées ailleurs, sans suite, doublons, introuvables, résultat non dit ; chacun à part',
    ],
    [
      'Settled, by outcome',
      'settled in the period: done, referred, no action, duplicate, not found, outcome not said; each apart',
    ],
  ),
  ...([50, 90] as const).map((percent) =>
    define(
      `settlement_p${percent}`,
      's',
      COUNTED,
      [
        `Délai de règlement, ${percent}e centile`,
        `temps d’horloge de la création au règlement que ${percent}\u00a0% des demandes réglées n’ont pas dépassé (exact, rang le plus proche)`,
      ],
      [
        `Time to settle, ${percent}th percentile`,
        `clock time from creation to settlement that ${percent}% of the settled requests did not exceed (exact, nearest rank)`,
      ],
    ),
  ),
  ...([50, 90] as const).map((percent) =>
    define(
      `settlement_business_p${percent}`,
      'days',
      COUNTED,
      [
        `Délai de règlement en jours ouvrables, ${percent}e centile`,
        `temps de la création au règlement, du lundi au vendredi sauf les jours fériés, en jours de 24 heures, que ${percent}\u00a0% des demandes réglées n’ont pas dépassé ; les pauses n’en sont pas retirées (exact, rang le plus proche)`,
      ],
      [
        `Time to settle in business days, ${percent}th percentile`,
        `time from creation to settlement on Mondays to Fridays that are no holidays, in days of 24 hours, that ${percent}% of the settled requests did not exceed; pauses are not taken out (exact, nearest rank)`,
      ],
    ),
  ),
  define(
    'overdue',
    'count',
    COUNTED,
    ['En retard', 'ouvertes dont l’échéance de règlement est passée'],
    ['Overdue', 'open and past their settlement deadline'],
  ),
  define(
    'due_today',
    'count',
    COUNTED,
    ['Dues aujourd’hui', 'ouvertes dont l’échéance vient avant minuit, heure locale, sans celles en retard'],
    ['Due today', 'open and due before local midnight, without the overdue'],
  ),
  define(
    'due_3_days',
    'count',
    COUNTED,
    ['Dues d’ici 3 jours', 'ouvertes dont l’échéance vient dans les trois jours après aujourd’hui'],
    ['Due in 3 days', 'open and due within the three days after today'],
  ),
  define(
    'untransmitted',
    'count',
    COUNTED,
    ['Pas encore transmises', 'ouvertes qu’aucune unité n’a encore reçues'],
    ['Not yet transmitted', 'open and not yet with a unit'],
  ),
  define(
    'received_today',
    'count',
    COUNTED,
    ['Reçues aujourd’hui', 'demandes créées depuis minuit, heure locale'],
    ['Received today', 'requests created since local midnight'],
  ),
  define(
    'settled_today',
    'count',
    COUNTED,
    ['Réglées aujourd’hui', 'demandes réglées depuis minuit, heure locale'],
    ['Settled today', 'requests settled since local midnight'],
  ),
  define(
    'breaches_day',
    'count',
    PLAN,
    [
      'Échéances dépassées en 24 heures',
      'échéances de transmission, de prise en charge, de statut et de règlement passées dans les 24 dernières heures, chacune une fois, sans celles qui ont été retirées ; au-delà des 500 plus récentes, le compte est un minimum',
    ],
    [
      'Deadlines passed in 24 hours',
      'deadlines of transmission, acknowledgement, status and settlement that passed in the last 24 hours, each once, without those withdrawn; beyond the newest 500 the count is a minimum',
    ],
  ),
  define(
    'breach_forecast',
    'count',
    {
      fr: 'Table de survie : Cutler et Ederer, 1958',
      en: 'Life table: Cutler and Ederer, 1958',
    },
    [
      'Dépassements prévus en 7 jours',
      'somme, sur les demandes ouvertes dont l’échéance vient dans les sept jours locaux dont aujourd’hui est le premier, de la chance de ne pas être réglée à temps, vu son âge : d’après le temps qu’ont pris celles du même service et du même arrondissement, créées dans les 26 dernières semaines (de toute la ville, si moins de 20 ont duré autant). Intervalle de 80 %, élargi si ces semaines ont varié plus que le hasard ne l’explique ; écarts mesurés sur les 4 semaines précédentes, prévues avec ce qu’on savait avant elles',
    ],
    [
      'Breaches expected in 7 days',
      'sum, over the open requests whose deadline comes in the seven local days that begin with today, of the chance not to be settled by then at its age: from the time that requests of the same service and borough took, created in the last 26 weeks (of the whole city, where fewer than 20 lasted so long). 80% interval, wider where weeks varied more than chance explains; errors measured over the 4 weeks before, foretold from what was known before them',
    ],
  ),
];
