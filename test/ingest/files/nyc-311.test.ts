import { describe, expect, it } from 'vitest';
import { Nyc311 } from '../../../server/ingest/files/nyc-311.ts';
import { resolutionOf } from '../../../server/ingest/files/resolutions.ts';
import type { Row, Translation } from '../../../server/ingest/files/row.ts';
import { eventsOf, kinds, OPTIONS, reasonOf, recordOf, steps } from './translate.ts';

const ROW: Row = {
  'Unique Key': '39573567',
  'Created Date': '06/26/2018 10:58:54 AM',
  'Closed Date': '06/26/2018 12:50:01 PM',
  Agency: 'NYPD',
  'Agency Name': 'New York City Police Department',
  'Complaint Type': 'Blocked Driveway',
  'Incident Address': '91-33 97 STREET',
  Status: 'Closed',
  'Due Date': '06/26/2018 06:58:54 PM',
  'Resolution Description': 'The Police Department issued a summons in response to the complaint.',
  'Resolution Action Updated Date': '06/26/2018 12:50:01 PM',
  Borough: 'QUEENS',
  'Open Data Channel Type': 'ONLINE',
  Latitude: '40.69',
  Longitude: '-73.84',
};
const OPTIONS_NYC = { ...OPTIONS, time_zone: 'America/New_York' };
const translate = (change: Row = {}): Translation => new Nyc311(OPTIONS_NYC).translate({ ...ROW, ...change });

describe('a row of New York’s requests', () => {
  it('is a request with its due date, its agency and its end', () => {
    expect(steps(translate())).toEqual([
      'created 2018-06-26T14:58:54.000Z',
      'transmitted 2018-06-26T14:58:54.000Z',
      'resolved 2018-06-26T16:50:01.000Z',
    ]);
    const [first, second, third] = eventsOf(translate());
    expect(first!.data).toMatchObject({
      service: 'blocked-driveway',
      channel: 'web',
      borough: 'QUEENS',
      due_at: '2018-06-26T22:58:54.000Z',
      address: '91-33 97 STREET',
      longitude: -73.84,
    });
    expect(second!.data).toMatchObject({ unit: 'NYPD' });
    expect(third!.data).toMatchObject({ resolution: 'done', text: ROW['Resolution Description'] });
  });

  it.each([
    ['Open', []],
    ['Assigned', ['acknowledged']],
    ['Pending', ['acknowledged']],
    ['Email Sent', ['acknowledged']],
    ['In Progress', ['acknowledged', 'work_ordered']],
    ['Started', ['acknowledged', 'work_ordered']],
  ])('that is %s is open, also when it has a closing date', (Status, expected) => {
    expect(kinds(translate({ Status }))).toEqual(['created', 'transmitted', ...expected, 'status_published']);
    expect(kinds(translate({ Status, 'Resolution Description': '' }))).toEqual([
      'created',
      'transmitted',
      ...expected,
    ]);
  });

  it('of no borough, place, due date or known channel goes in without', () => {
    const bare = {
      Borough: 'Unspecified',
      Latitude: '',
      Longitude: '',
      'Due Date': '',
      'Open Data Channel Type': 'UNKNOWN',
    };
    const { data } = eventsOf(translate(bare))[0]!;
    for (const name of ['borough', 'longitude', 'due_at']) expect(data).not.toHaveProperty(name);
    expect(data).toMatchObject({ channel: 'internal', channel_name: 'UNKNOWN' });
  });

  it('whose due date is no time, or before its creation, goes in without it; what was told is kept', () => {
    for (const due_told of ['soon', '06/25/2018 06:58:54 PM']) {
      const translation = translate({ 'Due Date': due_told });
      expect(eventsOf(translation)[0]!.data).toMatchObject({ due_told });
      expect(eventsOf(translation)[0]!.data).not.toHaveProperty('due_at');
      expect(translation).toMatchObject({ notes: [expect.stringContaining('in without it')], fault: null });
    }
  });

  it('that was closed before it was created was closed then', () => {
    const record = recordOf(translate({ 'Closed Date': '06/25/2018 12:00:00 PM' }));
    expect(record).toMatchObject({ status: 'resolved', anomalies: [] });
    expect(steps(translate({ 'Closed Date': '06/25/2018 12:00:00 PM' })).at(-1)).toBe(
      'resolved 2018-06-26T14:58:54.000Z',
    );
  });

  it.each([
    [{ 'Unique Key': '' }, 'Unique Key is empty'],
    [{ 'Created Date': '2018-26-06' }, 'Created Date'],
    [{ 'Complaint Type': '' }, 'Complaint Type is empty'],
    [{ Status: 'Lost' }, 'Status "Lost"'],
    [{ 'Closed Date': '', 'Resolution Action Updated Date': '' }, 'Closed Date is empty'],
  ])('with %j says what is wrong', (change, reason) => {
    expect(reasonOf(translate(change as unknown as Row))).toContain(reason);
  });
});

describe('a resolution', () => {
  it.each([
    ['The Department of Sanitation removed the items.', 'done'],
    ['The complaint is a duplicate of a condition already reported by another tenant.', 'duplicate'],
    [
      'The Department of Sanitation investigated this complaint and found no condition at the location.',
      'not_found',
    ],
    [
      'The Police Department responded and upon arrival those responsible for the condition were gone.',
      'not_found',
    ],
    ['The City inspected the property for cleaning, but no graffiti was found.', 'not_found'],
    ['The Police Department determined that police action was not necessary.', 'no_action'],
    ["This complaint does not fall under the Police Department's jurisdiction.", 'referred'],
    ['', 'done'],
  ])('of %j is %s', (text, expected) => {
    expect(resolutionOf(text)).toBe(expected);
  });
});
