import { describe, expect, it } from 'vitest';
import { loadConfig, SETTINGS } from '../server/config.ts';

describe('settings', () => {
  it('an empty environment gives the defaults that the table states', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      port: 3110,
      host: '127.0.0.1',
      time_zone: 'America/Toronto',
      demo: false,
    });
    const stated = Object.fromEntries(SETTINGS.map((setting) => [setting.name, setting.default]));
    expect(loadConfig(stated)).toEqual(config);
  });

  it('every setting has a name of its own, a type and a meaning', () => {
    expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
    for (const { name, type, meaning } of SETTINGS) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(type).not.toBe('');
      expect(meaning.length).toBeGreaterThan(10);
    }
  });

  it.each([
    ['PORT', '70000', 'integer from 0 to 65535'],
    ['PORT', '3110x', 'integer'],
    ['HOST', 'a b', 'host name'],
    ['DATABASE_URL', 'mysql://x', 'postgres://'],
    ['VIGIE_TIME_ZONE', 'Mars/Olympus', 'IANA'],
    ['VIGIE_DEMO', 'perhaps', '1 (yes) or 0 (no)'],
    ['VIGIE_CITY_SIZE', '-1', 'number'],
    ['VIGIE_LOG_LEVEL', 'loud', 'one of trace'],
    ['VIGIE_INGEST_KEY', 'two words', 'visible ASCII'],
    ['VIGIE_URL', 'localhost:3110', 'http://localhost:3110'],
  ])('%s=%s stops the start with the name and what it should be', (name, value, expected) => {
    expect(() => loadConfig({ [name]: value })).toThrowError(expected);
    expect(() => loadConfig({ [name]: value })).toThrowError(name);
  });

  it('all faults are told at once', () => {
    expect(() => loadConfig({ PORT: 'x', VIGIE_CITY_SEED: '1.5' })).toThrowError(/PORT.*VIGIE_CITY_SEED/);
  });

  it('an error never repeats a secret', () => {
    expect(() => loadConfig({ VIGIE_INGEST_KEY: 'very secret' })).not.toThrowError('very secret');
    expect(() => loadConfig({ DATABASE_URL: 'mysql://user:hidden@host' })).not.toThrowError('hidden');
  });

  it('an empty variable is the same as none', () => {
    expect(loadConfig({ PORT: ' ', DATABASE_URL: '' })).toEqual(loadConfig({}));
  });
});
