/**
 * Every metric, once: what the screens open beside a figure and what `GET /api/v1/definitions` answers. A formula that
 * changes gets a new version; a published figure keeps the version it was made with.
 */
import type { MailMetricId } from './channels.ts';
import type { MetricId } from './live.ts';
import type { BilingualName } from './reference.ts';
import { REQUEST_DEFINITIONS, type RequestMetricId } from './request-definitions.ts';

export type DefinitionId =
  | MetricId
  | MailMetricId
  | RequestMetricId
  | 'mail_open'
  | 'mail_oldest'
  | 'waiting'
  | 'forecast'
  | 'required_agents'
  | 'agents_missing'
  | 'longest_wait'
  | 'short_abandons'
  | 'misdirected'
  | 'handover'
  | 'in_service';
export interface MetricDefinition {
  readonly id: DefinitionId;
  readonly version: number;
  readonly name: BilingualName;
  /** In words, with T for the queue's threshold. */
  readonly formula: BilingualName;
  /** `share` is 0–1, `s` seconds, `days` business days, `count` a whole number. */
  readonly unit: 'share' | 's' | 'days' | 'count';
  /** Where the formula comes from. */
  readonly source: BilingualName;
}

const define = (
  id: DefinitionId,
  unit: MetricDefinition['unit'],
  source: string | BilingualName,
  fr: readonly [name: string, formula: string],
  en: readonly [name: string, formula: string],
): MetricDefinition => ({
  id,
  version: 1,
  name: { fr: fr[0], en: en[0] },
  formula: { fr: fr[1], en: en[1] },
  unit,
  source: typeof source === 'string' ? { fr: source, en: source } : source,
});

const ERLANG = 'ITU-T E.423; COPC CX Standard';
const ASTERISK = 'Asterisk, app_queue.c (ServicelevelPerf, ServicelevelPerf2)';

const MAIL: BilingualName = {
  fr: 'Jours ouvrables\u00a0: du lundi au vendredi, sauf les jours fériés du Québec et de la Ville',
  en: 'Business days: Monday to Friday, without the holidays of Québec and of the City',
};

const LIST: readonly MetricDefinition[] = [
  define(
    'service_level',
    'share',
    {
      fr: 'Ville de Montréal\u00a0: 80\u00a0% en 100\u00a0s ou moins',
      en: 'Ville de Montréal: 80% within 100 s',
    },
    ['Niveau de service', 'répondus en T ou moins ÷ (répondus + abandonnés après T)'],
    ['Service level', 'answered within T ÷ (answered + abandoned after T)'],
  ),
  define(
    'service_level_offered',
    'share',
    ERLANG,
    ['Niveau de service, tous', 'répondus en T ou moins ÷ (répondus + abandonnés + expirés)'],
    ['Service level, all offered', 'answered within T ÷ (answered + abandoned + timed out)'],
  ),
  define(
    'service_level_asterisk',
    'share',
    ASTERISK,
    ['Niveau de service Asterisk', 'terminés dont l’attente est de T ou moins ÷ terminés'],
    ['Service level, Asterisk', 'completed within T ÷ completed'],
  ),
  define(
    'service_level_asterisk2',
    'share',
    ASTERISK,
    [
      'Niveau de service Asterisk 2',
      '(abandonnés en T ou moins + terminés en T ou moins) ÷ (abandonnés + terminés)',
    ],
    ['Service level, Asterisk 2', '(abandoned within T + completed within T) ÷ (abandoned + completed)'],
  ),
  define(
    'service_level_connect',
    'share',
    'Amazon Connect, metric definitions (SERVICE_LEVEL)',
    ['Niveau de service Connect', 'sortis de la file en T ou moins, pour toute raison ÷ entrés'],
    ['Service level, Connect', 'left the queue within T for any reason ÷ entered'],
  ),
  define(
    'abandonment',
    'share',
    { fr: 'Ville de Montréal\u00a0: au plus 10\u00a0%', en: 'Ville de Montréal: at most 10%' },
    ['Taux d’abandon', 'abandonnés ÷ offerts'],
    ['Abandonment', 'abandoned ÷ offered'],
  ),
  define(
    'asa',
    's',
    ERLANG,
    ['Délai moyen de réponse', 'attente moyenne des contacts répondus'],
    ['Average speed of answer', 'mean wait of answered contacts'],
  ),
  ...([50, 90, 99] as const).map((percent) =>
    define(
      `wait_p${percent}`,
      's',
      {
        fr: 'Rang le plus proche, sur des classes logarithmiques de raison 1,1\u00a0: erreur d’une classe au plus (10\u00a0%)',
        en: 'Nearest rank on logarithmic bins of ratio 1.1: error of at most one bin (10%)',
      },
      [
        `Attente, ${percent}e centile`,
        `attente que ${percent} % des contacts sortis de la file n’ont pas dépassée`,
      ],
      [
        `Wait, ${percent}th percentile`,
        `wait that ${percent}% of the contacts that left the queue did not exceed`,
      ],
    ),
  ),
  define(
    'aht',
    's',
    ERLANG,
    ['Durée moyenne de traitement', '(conversation + garde + suivi) ÷ contacts terminés de durée connue'],
    ['Average handling time', '(talk + hold + wrap-up) ÷ completed contacts of known duration'],
  ),
  define(
    'occupancy',
    'share',
    ERLANG,
    ['Taux d’occupation', '(conversation + garde + suivi) ÷ (conversation + garde + suivi + disponible)'],
    ['Occupancy', '(talk + hold + wrap-up) ÷ (talk + hold + wrap-up + available)'],
  ),
  define(
    'waiting',
    'count',
    ERLANG,
    ['En attente', 'contacts dans la file maintenant'],
    ['Waiting', 'contacts in the queue now'],
  ),
  define(
    'longest_wait',
    's',
    ERLANG,
    ['Plus longue attente', 'âge du plus ancien contact dans la file'],
    ['Longest wait', 'age of the oldest contact in the queue'],
  ),
  define(
    'forecast',
    'count',
    {
      fr: 'Ibrahim, Ye, L’Ecuyer et Shen, 2016 (prévision des arrivées), sections 3 et 5',
      en: 'Ibrahim, Ye, L’Ecuyer and Shen, 2016 (forecasting arrivals), sections 3 and 5',
    },
    [
      'Contacts prévus',
      'somme, sur l’heure à venir, de la moyenne des mêmes quarts d’heure et de leurs voisins, aux mêmes jours des 8 semaines précédentes, sans ceux que le hasard n’explique pas ; ajustée au cours des 12 dernières heures ; l’intervalle de 80 % vient des écarts mesurés sur les 7 derniers jours. Pour la ville, chaque appel une fois',
    ],
    [
      'Contacts expected',
      'sum, over the next hour, of the mean of the same quarter hours and their neighbours on the same weekdays of the 8 weeks before, without those that chance cannot explain; adjusted to how the last 12 hours ran; the 80% interval comes from the errors measured over the last 7 days. For the city, each call once',
    ],
  ),
  define(
    'required_agents',
    'count',
    {
      fr: 'Erlang A : Palm 1957, Mandelbaum et Zeltyn 2007 ; Erlang C : Erlang 1917',
      en: 'Erlang A: Palm 1957, Mandelbaum and Zeltyn 2007; Erlang C: Erlang 1917',
    },
    [
      'Agents requis',
      'le moins d’agents qui tiennent les cibles de niveau de service et d’abandon pour les contacts prévus au quart d’heure le plus chargé, la durée et la patience mesurées (Erlang A). Patience : attentes de tous ÷ nombre d’abandons ; sous 20 contacts, celle de tous les appels. Pour la ville, somme des files téléphoniques',
    ],
    [
      'Agents required',
      'the fewest agents that keep the targets of service level and abandonment for the contacts expected in the busiest quarter hour, with the handling time and the patience measured (Erlang A). Patience: waits of all ÷ number of abandoned; of fewer than 20, that of all calls. For the city, the sum of the telephone queues',
    ],
  ),
  define(
    'agents_missing',
    'count',
    ERLANG,
    [
      'Agents manquants',
      'agents requis dans l’heure à venir − agents au travail maintenant (libres, occupés, en suivi), au moins 0. Pour la ville, somme des files téléphoniques',
    ],
    [
      'Agents missing',
      'agents required in the next hour − agents at work now (available, busy, in wrap-up), at least 0. For the city, the sum of the telephone queues',
    ],
  ),
  define(
    'short_abandons',
    'count',
    ERLANG,
    ['Abandons courts', 'abandonnés en moins de 5 s ; comptés aussi parmi les abandons'],
    ['Short abandons', 'abandoned in less than 5 s; also counted among the abandoned'],
  ),
  define(
    'misdirected',
    'count',
    { fr: 'Ville de Montréal, plan de 2006', en: 'Ville de Montréal, 2006 plan' },
    ['Urgences mal dirigées', 'appels qui relevaient du 911'],
    ['Misdirected emergencies', 'calls that were 911’s business'],
  ),
  define(
    'handover',
    'count',
    { fr: 'Ville de Montréal, plan de 2006', en: 'Ville de Montréal, 2006 plan' },
    [
      'Relève à la fermeture',
      'appels en attente dans une file à la fin de ses heures ; la file qui les a pris, leur attente depuis l’entrée',
    ],
    [
      'Hand-over at closing',
      'calls waiting in a queue when its hours ended; the queue that took them, their wait since they entered',
    ],
  ),
  define(
    'in_service',
    'count',
    ERLANG,
    ['En service', 'contacts répondus et non terminés'],
    ['In service', 'contacts answered and not completed'],
  ),
  define(
    'mail_service_level',
    'share',
    MAIL,
    [
      'Niveau de service du courrier',
      'répondus en T jours ouvrables ou moins ÷ (répondus + sans réponse depuis plus de T)',
    ],
    [
      'Service level of mail',
      'answered within T business days ÷ (answered + not answered for longer than T)',
    ],
  ),
  define(
    'mail_answer_time',
    'days',
    MAIL,
    ['Délai moyen de réponse au courrier', 'jours ouvrables de la réception à la réponse, en moyenne'],
    ['Mean time to answer mail', 'mean business days from receipt to answer'],
  ),
  ...([50, 90, 99] as const).map((percent) =>
    define(
      `mail_answer_p${percent}`,
      'days',
      MAIL,
      [
        `Délai de réponse au courrier, ${percent}e centile`,
        `jours ouvrables que ${percent} % des réponses n’ont pas dépassés (exact, rang le plus proche)`,
      ],
      [
        `Time to answer mail, ${percent}th percentile`,
        `business days that ${percent}% of the answers did not exceed (exact, nearest rank)`,
      ],
    ),
  ),
  define(
    'mail_open',
    'count',
    MAIL,
    ['Courrier en attente', 'reçus, sans réponse et non fermés par la règle'],
    ['Open mail', 'received, not answered and not closed by rule'],
  ),
  define(
    'mail_oldest',
    'days',
    MAIL,
    ['Plus ancien courrier en attente', 'âge en jours ouvrables du plus ancien courrier en attente'],
    ['Oldest open mail', 'age in business days of the oldest open item'],
  ),
  ...REQUEST_DEFINITIONS,
];

export const DEFINITIONS: Readonly<Record<DefinitionId, MetricDefinition>> = Object.fromEntries(
  LIST.map((definition) => [definition.id, definition]),
) as Record<DefinitionId, MetricDefinition>;

/** How a figure names its definition, such as `service_level@1`. */
export const definitionRef = (id: DefinitionId): string => `${id}@${DEFINITIONS[id].version}`;
