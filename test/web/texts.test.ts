import { describe, expect, it } from 'vitest';
import { frenchPath, languageOf, pathIn } from '../../web/src/lib/i18n/address.ts';
import { DICTIONARIES } from '../../web/src/lib/i18n/dictionary.ts';
import { formatFor } from '../../web/src/lib/i18n/format.ts';

/** Every text of a dictionary by its path; a function gives its number of arguments. */
function leaves(value: unknown, path = ''): Map<string, string | number> {
  if (typeof value === 'string') return new Map([[path, value]]);
  if (typeof value === 'function') return new Map([[path, value.length]]);
  const found = new Map<string, string | number>();
  for (const [key, child] of Object.entries(value as object)) {
    for (const [at, leaf] of leaves(child, `${path}/${key}`)) found.set(at, leaf);
  }
  return found;
}
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('the texts', () => {
  const fr = leaves(DICTIONARIES.fr);
  const en = leaves(DICTIONARIES.en);
  it('exist in both languages, none of them empty', () => {
    expect([...en.keys()].sort()).toEqual([...fr.keys()].sort());
    for (const text of [...fr.values(), ...en.values()]) expect(text).not.toBe('');
  });
  it('take the same values in both languages', () => {
    for (const [path, text] of fr)
      if (typeof text === 'number') expect([path, en.get(path)]).toEqual([path, text]);
  });
  it('never break a line before a double punctuation mark in French', () => {
    for (const text of fr.values()) if (typeof text === 'string') expect(text).not.toMatch(/ [:;!?%»]|« /);
    expect(DICTIONARIES.fr.banner.backfill('25\u00a0%')).toBe(
      'Historique en cours de chargement\u00a0: 25\u00a0%',
    );
  });
});

describe('the words for agents', () => {
  const words = (lang: 'fr' | 'en', count: number): string[] =>
    Object.values(DICTIONARIES[lang].wall.states).map((word) => word(count));
  it('agree with their number, and none is singular in French', () => {
    expect([0, 1, 2].map((count) => words('fr', count).join(' '))).toEqual([
      'libre occupé en pause',
      'libre occupé en pause',
      'libres occupés en pause',
    ]);
    expect(words('en', 1)).toEqual(words('en', 2));
  });
});

describe('the formats', () => {
  const at = '2026-11-23T23:15:09Z';
  const fr = formatFor('fr', 'America/Toronto');
  const en = formatFor('en', 'America/Toronto');
  it('are those of Québec, and nothing breaks at the end of a line', () => {
    expect(fr.time(at)).toBe('18\u00a0h\u00a015');
    expect(fr.share(0.125, 1)).toBe('12,5\u00a0%');
    expect(fr.count(12_345)).toBe('12\u00a0345');
    expect(fr.day(at)).toBe('lundi 23 novembre');
    expect(en.time(at)).toBe('18:15');
    expect(en.share(0.125, 1)).toBe('12.5%');
    expect(en.count(12_345)).toBe('12,345');
  });
  it('write a ratio over nothing as a dash', () => {
    expect(fr.share(null)).toBe('—');
    expect(fr.shareParts(null)).toEqual({ number: '—', unit: '' });
    expect(en.wait(null)).toBe('—');
  });
  it('write waits as a stopwatch does and spans as a sentence does', () => {
    expect([0, 45.9, 205, 3_730].map((seconds) => fr.wait(seconds))).toEqual([
      '0:00',
      '0:45',
      '3:25',
      '1:02:10',
    ]);
    expect([0, 100, 120, 7_500].map((seconds) => plain(fr.span(seconds)))).toEqual([
      '0 s',
      '1 min 40 s',
      '2 min',
      '2 h 05',
    ]);
    expect([100, 900].map((seconds) => plain(fr.threshold(seconds)))).toEqual(['100 s', '15 min']);
  });
  it('write a long wait in minutes where room is short', () => {
    const short = [null, 599.9, 600, 3_730].map((seconds) => en.waitParts(seconds));
    expect(short.map(({ number, unit }) => plain(number + unit))).toEqual(['—', '9:59', '10 min', '62 min']);
  });
  it('write a mean with one decimal only where it has one', () => {
    expect([fr.amount(3.46), fr.amount(12), en.amount(3.46)]).toEqual(['3,5', '12', '3.5']);
  });
});

describe('the addresses', () => {
  const at = (path: string, remembered?: string): string =>
    languageOf(new URL(path, 'http://vigie.test'), remembered);
  it('lead to one page in two languages and back', () => {
    expect(frenchPath('/wall/VM')).toBe('/mur/VM');
    expect(pathIn('en', '/mur/VM')).toBe('/wall/VM');
    expect(pathIn('fr', '/health')).toBe('/sante');
    expect(frenchPath('/wallpaper')).toBe('/wallpaper');
  });
  it('give the language asked for, then that of the address, then the remembered one, then French', () => {
    expect(at('/wall?lang=fr', 'en')).toBe('fr');
    expect(at('/wall', 'fr')).toBe('en');
    expect(at('/mur', 'en')).toBe('en');
    expect(at('/mur', 'de')).toBe('fr');
  });
});
