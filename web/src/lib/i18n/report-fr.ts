/** The texts around monthly reports, in French; those in a report come with it. */
export const reportFr = {
  title: 'Rapports mensuels',
  lead: 'Ce qui a changé dans le mois et pourquoi cela compte : une page de phrases, puis les chiffres, leurs intervalles et leurs définitions.',
  scope: 'Rapport de',
  city: 'La ville',
  month: 'Mois',
  standing: 'État',
  runs: 'en cours',
  open: 'non scellé',
  sealed: (day: string) => `scellé le ${day}`,
  none: 'Aucun mois n’est encore connu : le premier rapport vient avec les premiers événements.',
  making:
    'Le rapport se prépare. La première fois, chaque mois de l’année est compté : cela peut prendre une minute ou deux.',
  failed: 'Le rapport n’a pas pu être lu. Réessayez dans un instant.',
  refused: 'Il faut une clé de lecture pour voir les rapports.',
  unknown: 'Il n’y a pas de rapport de ce mois ou de cet arrondissement.',
  again: 'Réessayer',
  all: 'Tous les mois',
  before: 'Mois précédent',
  after: 'Mois suivant',
  take: 'Emporter',
  formats: { pdf: 'PDF', xlsx: 'Excel', csv: 'CSV', html: 'Page seule' },
};
