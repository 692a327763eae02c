/** The short guides, one for each kind of reader, in French. */
export interface Guide {
  readonly title: string;
  readonly lead: string;
  /** What the picture shows, for whoever does not see it. */
  readonly picture: string;
  readonly open: string;
  readonly steps: readonly (readonly [what: string, how: string])[];
}

const supervisor: Guide = {
  title: 'Superviser les files : le mur',
  lead: 'Un coup d’œil du fond de la salle dit ce qui ne va pas, et où. Rien à toucher.',
  picture:
    'Le mur de la ville : un titre qui dit l’état, les files par gravité, la carte et les échéances dépassées.',
  open: 'Ouvrir le mur',
  steps: [
    [
      'Lire l’état',
      'Le titre dit le pire état de la ville et les files touchées. Un octogone et une bande pleine : dépassement. Un triangle et une barre sur le côté : attention. Un anneau : en ordre. Un motif hachuré : données périmées.',
    ],
    [
      'Trouver la file',
      'Les files les plus mal en point sont les premières et les plus grandes. Une file qui va mieux garde sa place un moment, pour qu’on la retrouve.',
    ],
    [
      'Prévoir l’heure qui vient',
      '« À venir » donne les contacts prévus ; le nombre précédé d’un moins est celui des agents qui manqueront. Un tiret : l’historique de la file est trop court pour prévoir.',
    ],
    [
      'Savoir si l’on peut s’y fier',
      'Chaque tuile porte l’âge de son dernier événement. Après 15 secondes de silence, tout est hachuré et daté ; l’écran se remet seul dès que les données reviennent.',
    ],
    [
      'Accrocher un écran',
      'Sans session, un écran affiche un code de huit lettres. Tapez-le à la page Appairage, choisissez ses vues et leur durée : il devient un mur, sans mot de passe.',
    ],
    [
      'Régler l’écran au clavier',
      'F plein écran, P pause, L langue, T thème, S signal sonore à chaque nouvelle échéance dépassée (coupé au départ).',
    ],
  ],
};

const borough: Guide = {
  title: 'Gérer un arrondissement : la page du jour',
  lead: '« Que faut-il faire aujourd’hui ? » : ce qui est en retard, ce qui est dû, et la liste pour agir.',
  picture:
    'La page d’un arrondissement : en retard, dues aujourd’hui, dues d’ici trois jours, puis le compte des demandes.',
  open: 'Ouvrir les arrondissements',
  steps: [
    [
      'Commencer par le retard',
      'Les quatre premiers nombres sont à traiter dans cet ordre. Chacun mène à la liste de ses demandes.',
    ],
    [
      'Travailler avec la liste',
      'Filtrez, triez, cherchez ; l’adresse garde vos choix, on peut donc l’envoyer à une collègue ou la mettre en signet. La liste s’exporte.',
    ],
    [
      'Comprendre une échéance',
      'Une demande ouverte montre ses événements et le registre de son échéance : chaque période comptée, fermée, fériée ou suspendue, du début à la fin.',
    ],
    [
      'Vérifier que le compte tombe juste',
      'Ouvertes au début, plus reçues, rouvertes et transférées ici, moins réglées, annulées, fusionnées et transférées ailleurs : le reste est ce qui est ouvert.',
    ],
    [
      'Voir où',
      'La carte montre les mêmes demandes, nouvelles et en retard ; sa liste dit la même chose sans carte.',
    ],
  ],
};

const committee: Guide = {
  title: 'Suivre le service : les rapports et l’administration',
  lead: 'Une page de phrases d’abord, puis les chiffres, leurs intervalles et leurs définitions.',
  picture: 'L’état des données : chaque source, son dernier événement, son retard et ses événements refusés.',
  open: 'Ouvrir les rapports',
  steps: [
    [
      'Lire le rapport du mois',
      'La première page dit ce qui a changé et pourquoi cela compte, à côté du mois précédent, du même mois l’an dernier et de l’année à ce jour.',
    ],
    [
      'Emporter les chiffres',
      'PDF pour la séance, Excel ou CSV pour vos calculs. Un rapport scellé ne change plus : ce qui arrive en retard y paraît comme un erratum.',
    ],
    [
      'Ouvrir une définition',
      'Un chiffre en direct s’ouvre au clic ou à la touche Entrée : sa formule, ses comptes, sa source, son heure. Toutes sont réunies à la page Définitions.',
    ],
    [
      'Se méfier des petits nombres',
      'Un taux sur moins de 20 contacts est montré avec leur nombre et ne décide d’aucun état.',
    ],
    [
      'Vérifier les sources',
      'La page Santé des données dit quelle source se tait ou retarde, et chaque événement refusé avec sa raison.',
    ],
  ],
};

export const helpFr = {
  title: 'Aide',
  lead: 'Trois guides courts, un pour chaque métier. Chaque chiffre en direct s’explique aussi de lui-même : ouvrez-le.',
  contents: 'Les guides',
  guides: { supervisor, borough, committee },
};
