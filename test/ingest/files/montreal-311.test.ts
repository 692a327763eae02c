import { describe, expect, it } from 'vitest';
import { Montreal311 } from '../../../server/ingest/files/montreal-311.ts';
import type { Row, Translation } from '../../../server/ingest/files/row.ts';
import { eventsOf, kinds, OPTIONS, reasonOf, recordOf, steps } from './translate.ts';

const ROW: Row = {
  ID_UNIQUE: '26-1',
  NATURE: 'Requete',
  ACTI_NOM: 'Nid-de-poule',
  TYPE_LIEU_INTERV: 'Intersection',
  RUE: '',
  RUE_INTERSECTION1: "rue D'Iberville",
  RUE_INTERSECTION2: 'rue Masson',
  LOC_ERREUR_GDT: '0',
  ARRONDISSEMENT: 'Mercier - Hochelaga-Maisonneuve',
  ARRONDISSEMENT_GEO: 'Rosemont-La Petite-Patrie',
  LIN_CODE_POSTAL: 'H2G 2C3',
  DDS_DATE_CREATION: '2026-01-16T15:51:17',
  PROVENANCE_ORIGINALE: 'Téléphone',
  PROVENANCE_TELEPHONE: '2',
  PROVENANCE_COURRIEL: '0',
  PROVENANCE_SITEINTERNET: '1',
  UNITE_RESP_PARENT: 'MERCIER - HOCHELAGA-MAISONNEUVE',
  LOC_LONG: '-73.5884756',
  LOC_LAT: '45.547052',
  DERNIER_STATUT: 'Terminée',
  DATE_DERNIER_STATUT: '2026-01-21T03:03:09',
};
const translate = (change: Row = {}): Translation =>
  new Montreal311(OPTIONS).translate({ ...ROW, ...change });
const created = (change: Row = {}) => eventsOf(translate(change))[0]!.data;

describe('a row of Montréal’s requests', () => {
  it('is a request that was created, given to its unit, and settled', () => {
    expect(steps(translate())).toEqual([
      'created 2026-01-16T20:51:17.000Z',
      'transmitted 2026-01-16T20:51:17.000Z',
      'resolved 2026-01-21T08:03:09.000Z',
    ]);
    const [first, second, third] = eventsOf(translate());
    expect(first).toMatchObject({
      id: '26-1:created',
      source: 'urn:test:311',
      subject: '26-1',
      sequence: '00',
    });
    expect(first!.data).toEqual({
      service: 'nid-de-poule',
      nature: 'request',
      channel: 'phone',
      borough: 'MH',
      place_borough: 'RO',
      longitude: -73.5884756,
      latitude: 45.547052,
      address: "rue D'Iberville / rue Masson",
      requesters: 3,
      service_name: 'Nid-de-poule',
      place_kind: 'Intersection',
      postal_code: 'H2G 2C3',
      channel_name: 'Téléphone',
      borough_name: 'Mercier - Hochelaga-Maisonneuve',
      place_borough_name: 'Rosemont-La Petite-Patrie',
    });
    expect(second!.data).toMatchObject({ unit: 'MH-voirie', borough: 'MH' });
    expect(third!.data).toEqual({ resolution: 'done', status_name: 'Terminée' });
  });

  it.each([
    ['Transmise pour traitement', ['transmitted']],
    ['Urgente', ['transmitted']],
    ['Acceptée', ['acknowledged']],
    ['Prise en charge', ['acknowledged', 'work_ordered']],
    ['Terminée', ['resolved']],
    ['Refusée', ['resolved']],
    ['Annulée', ['cancelled']],
    ['Supprimée', ['cancelled']],
    ['Réactivée', ['closed', 'reopened']],
    ['REACTIVEE', ['closed', 'reopened']],
  ])('whose last status is %s says %j', (status, expected) => {
    const translation = translate({ DERNIER_STATUT: status });
    expect(kinds(translation)).toEqual(['created', 'transmitted', ...expected]);
    expect(steps(translation).at(-1)).toContain('2026-01-21T08:03:09');
    expect(reasonOf(translation)).toBeNull();
  });

  it.each([
    ['Transmise pour traitement', 'transmitted', true],
    ['Urgente', 'transmitted', true],
    ['Acceptée', 'acknowledged', true],
    ['Prise en charge', 'work_ordered', true],
    ['Réactivée', 'reopened', true],
    ['Terminée', 'resolved', false],
    ['Refusée', 'resolved', false],
    ['Annulée', 'cancelled', false],
    ['Supprimée', 'cancelled', false],
  ])('whose last status is %s is a request that is %s, in which all fits', (DERNIER_STATUT, status, open) => {
    const record = recordOf(translate({ DERNIER_STATUT }));
    expect(record).toMatchObject({
      status,
      unit: 'MH-voirie',
      anomalies: [],
      reopened: status === 'reopened' ? 1 : 0,
    });
    expect(record.moves.reduce((sum, { n }) => sum + n, 0)).toBe(open ? 1 : 0);
  });

  it('that a newer file tells to be open again is open again, settled before or not', () => {
    const reopened = translate({ DERNIER_STATUT: 'Réactivée', DATE_DERNIER_STATUT: '2026-02-01T10:00:00' });
    for (const before of [translate(), translate({ DERNIER_STATUT: 'Acceptée' })]) {
      const record = recordOf(before, reopened);
      expect(record).toMatchObject({ status: 'reopened', reopened: 1, anomalies: [] });
      expect(record.moves.reduce((sum, { n }) => sum + n, 0)).toBe(1);
    }
  });

  it('adds only its new status when a newer file tells of it again', () => {
    const identities = (change: Row): string[] =>
      eventsOf(translate(change)).map(({ id, time }) => `${id} ${time}`);
    const before = identities({ DERNIER_STATUT: 'Acceptée', DATE_DERNIER_STATUT: '2026-01-17T09:00:00' });
    const after = identities({ RUE: 'corrected', PROVENANCE_TELEPHONE: '9' });
    expect(after.filter((identity) => !before.includes(identity))).toEqual([
      '26-1:resolved 2026-01-21T08:03:09.000Z',
    ]);
  });

  it('without an id is counted, also when others say the same, and the same in every reading', () => {
    const bare = {
      ID_UNIQUE: '',
      NATURE: 'Information',
      ACTI_NOM: '*Horaires des bibliothèques',
      ARRONDISSEMENT_GEO: '',
      LOC_LONG: '',
      LOC_LAT: '',
      RUE_INTERSECTION1: '',
      RUE_INTERSECTION2: '',
      UNITE_RESP_PARENT: '',
      DERNIER_STATUT: '',
      DATE_DERNIER_STATUT: '',
    };
    const read = (): string[] => {
      const file = new Montreal311(OPTIONS);
      const rows = [bare, bare, { ...bare, PROVENANCE_TELEPHONE: '5' }, bare];
      return rows.map((row) => eventsOf(file.translate({ ...ROW, ...row }))[0]!.id);
    };
    const ids = read();
    expect(new Set(ids).size).toBe(4);
    expect(read()).toEqual(ids);
    expect(kinds(translate(bare))).toEqual(['created', 'resolved']);
    expect(created(bare)).toMatchObject({
      nature: 'information',
      service_name: 'Horaires des bibliothèques',
      service_retired: true,
    });
    expect(created(bare)).not.toHaveProperty('longitude');
  });

  it('that is pinned to the counter of the borough has no point', () => {
    expect(created({ LOC_ERREUR_GDT: '1' })).not.toHaveProperty('latitude');
    expect(created({ LOC_ERREUR_GDT: '1' })).toMatchObject({ place_not_found: true, place_borough: 'RO' });
  });

  it('of a borough that nobody knows goes in without a code; its name is kept and told', () => {
    const translation = translate({ ARRONDISSEMENT: 'Longueuil' });
    expect(eventsOf(translation)[0]!.data).toMatchObject({ borough_name: 'Longueuil' });
    expect(eventsOf(translation)[0]!.data).not.toHaveProperty('borough');
    expect(translation).toMatchObject({
      notes: ['ARRONDISSEMENT "Longueuil" is no borough that is known'],
      fault: null,
    });
  });

  it.each([
    ['Courriel', 'email'],
    ['Personne', 'counter'],
    ['Courrier', 'mail'],
    ['Télécopieur', 'mail'],
    ['Instance', 'internal'],
    ['Mobile', 'mobile'],
    ['Médias sociaux', 'social'],
    ['Internet', 'web'],
    ['', 'phone'],
    ['Pigeon', 'internal'],
  ])('that came by %j is of channel %s', (PROVENANCE_ORIGINALE, channel) => {
    expect(created({ PROVENANCE_ORIGINALE })).toMatchObject({ channel });
  });

  it('whose status cannot be read goes in without it, and says so', () => {
    for (const [change, reason] of [
      [{ DERNIER_STATUT: 'En orbite' }, 'DERNIER_STATUT "En orbite" is none that is known'],
      [{ DATE_DERNIER_STATUT: '' }, 'DATE_DERNIER_STATUT is empty'],
      [{ DATE_DERNIER_STATUT: '2026-01-2' }, 'DATE_DERNIER_STATUT "2026-01-2" is not a time'],
    ] as const) {
      const translation = translate(change as Row);
      expect(kinds(translation)).toEqual(['created', 'transmitted']);
      expect(reasonOf(translation)).toContain(reason);
    }
  });

  it.each([
    [{ DDS_DATE_CREATION: '2026-02-30T00:00:00' }, 'DDS_DATE_CREATION'],
    [{ NATURE: 'Poème' }, 'NATURE "Poème"'],
    [{ ACTI_NOM: ' * ' }, 'ACTI_NOM is empty'],
    [{ PROVENANCE_COURRIEL: 'H2G' }, 'PROVENANCE_'],
  ])('with %j is refused with its reason', (change, reason) => {
    expect(reasonOf(translate(change as unknown as Row))).toContain(reason);
  });

  it('that was settled before it was created was settled then, and keeps what was told', () => {
    const translation = translate({ DATE_DERNIER_STATUT: '2026-01-16T15:00:00' });
    const last = eventsOf(translation).at(-1)!;
    expect(last).toMatchObject({
      time: '2026-01-16T20:51:17.000Z',
      sequence: '02',
      data: { told_at: '2026-01-16T15:00:00' },
    });
  });

  it('that ends inside the hour that comes twice ends after it began', () => {
    expect(
      steps(
        translate({ DDS_DATE_CREATION: '2026-11-01T01:40:00', DATE_DERNIER_STATUT: '2026-11-01T01:10:00' }),
      ),
    ).toEqual([
      'created 2026-11-01T05:40:00.000Z',
      'transmitted 2026-11-01T05:40:00.000Z',
      'resolved 2026-11-01T06:10:00.000Z',
    ]);
  });
});
