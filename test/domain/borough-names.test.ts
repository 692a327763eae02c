import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BOROUGHS, LINKED_CITIES } from '../../seeds/reference/index.ts';
import { boroughNames } from '../../server/domain/borough-names.ts';

const BOUNDARIES = new URL('../../../shared/data/limites-administratives.geojson', import.meta.url);
const territories = [...BOROUGHS, ...LINKED_CITIES];
const boroughCodeOf = boroughNames(territories);

describe('the code of a borough', () => {
  it('is found by each name in both languages, and by itself', () => {
    for (const { code, name } of territories) {
      expect([name.fr, name.en, code].map(boroughCodeOf)).toEqual([code, code, code]);
    }
  });

  it('is found however its name is written', () => {
    for (const { code, name } of territories) {
      const spellings = [
        name.fr.replaceAll('–', ' - '),
        name.fr.replaceAll('–', '-'),
        name.fr.replaceAll('–', '—').toUpperCase(),
        name.fr.replaceAll('’', "'"),
        name.fr.normalize('NFD').replace(/\p{M}/gu, ''),
        name.fr.replaceAll('-', ' ').replaceAll('–', '  '),
        name.fr.replace(/^(Le |L’)/, ''),
        ` ${name.fr} `,
        name.fr.replaceAll('Sainte', 'Ste').replaceAll('Saint', 'St'),
      ];
      expect(spellings.map((spelling) => [spelling, boroughCodeOf(spelling)])).toEqual(
        spellings.map((spelling) => [spelling, code]),
      );
    }
  });

  it.each([
    ['COTE-DES-NEIGES - NOTRE-DAME-DE-GRÂCE', 'CN'],
    ['SUD-OUEST', 'SO'],
    ['Arrondissement du Sud-Ouest', 'SO'],
    ['Arrondissement de Ville-Marie', 'VM'],
    ['La Salle', 'LS'],
    ['Ile-Bizard - Ste-Geneviève', 'IS'],
    ['Rosemont - Petite-Patrie', 'RO'],
    ['Dollard-des-Ormeaux', 'DO'],
    ["Baie-d'Urfé", 'BU'],
    ['Town of Mount Royal', 'MR'],
    ['Plateau-Mont-Royal', 'PM'],
    ['Ville de Westmount', 'WM'],
  ])('of %s is %s', (name, code) => {
    expect(boroughCodeOf(name)).toBe(code);
  });

  it.each(['', 'Longueuil', 'Mont', 'Le', 'Saint', 'Ville', 'BROOKLYN', 'vm', '???'])(
    'is not guessed of %j',
    (name) => {
      expect(boroughCodeOf(name)).toBeUndefined();
    },
  );

  it('is none of a name that two have', () => {
    const twins = boroughNames([
      { code: 'AA', name: { fr: 'La Rive', en: 'Shore' } },
      { code: 'BB', name: { fr: 'Le Rive', en: 'Bank' } },
    ]);
    expect([twins('Rive'), twins('La Rive'), twins('Bank')]).toEqual([undefined, 'AA', 'BB']);
  });

  it.runIf(existsSync(BOUNDARIES))('is the one that the City’s own file of boundaries says', () => {
    const { features } = JSON.parse(readFileSync(BOUNDARIES, 'utf8')) as {
      features: { properties: { NOM: string; ABREV: string } }[];
    };
    expect(features).toHaveLength(34);
    for (const { properties } of features) expect(boroughCodeOf(properties.NOM)).toBe(properties.ABREV);
  });
});
