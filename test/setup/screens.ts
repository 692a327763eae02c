/** Every screen of a server, with an example of each that needs one. */
export interface Screen {
  readonly name: string;
  readonly path: string;
}

const SCREENS: readonly Screen[] = [
  { name: 'home', path: '/' },
  { name: 'wall', path: '/mur' },
  { name: 'wall-borough', path: '/mur/VM' },
  { name: 'boroughs', path: '/arrondissements' },
  { name: 'borough', path: '/arrondissements/VM' },
  { name: 'borough-list', path: '/arrondissements/VM/demandes' },
  { name: 'map', path: '/carte' },
  { name: 'reports', path: '/rapports' },
  { name: 'health', path: '/sante' },
  { name: 'pairing', path: '/appairage' },
  { name: 'definitions', path: '/definitions' },
  { name: 'help', path: '/aide' },
  { name: 'sign-in', path: '/connexion' },
  { name: 'missing', path: '/nulle-part' },
];

/** A request's screen is that of the newest, where there is one. */
export async function pathsOf(url: string): Promise<readonly Screen[]> {
  const answer = await fetch(`${url}/api/v1/requests?limit=1`);
  const { items } = (await answer.json()) as { items: { id: string }[] };
  return [
    ...SCREENS,
    ...items.map(({ id }) => ({ name: 'request', path: `/demandes/${encodeURIComponent(id)}` })),
  ];
}
