import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_MAIL, unknownQueue } from '../../server/contract/reference.ts';
import type { Database } from '../../server/store/database.ts';
import { readProgress, saveProgress } from '../../server/store/progress.ts';
import {
  listQueues,
  mailConfig,
  saveMailConfig,
  saveQueues,
  seedQueues,
} from '../../server/store/reference.ts';
import { testDatabase } from '../setup/database.ts';

let db: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
});
afterAll(() => close());

it('gives queues back as they were said, and says them anew without losing the others', async () => {
  const always = { ...unknownQueue('centre', 'phone'), threshold_s: 20.5 };
  const weekly = { 1: [{ from: '08:30', to: '24:00' }], 5: [{ from: '22:00', to: '02:00' }] };
  const borough = {
    ...unknownQueue('vm', 'phone'),
    borough: 'VM',
    centre: 'centre',
    hours: [{ season: null, weekly }],
  };
  await saveQueues(db, [borough, always]);
  expect(await listQueues(db)).toEqual([always, borough]);
  const handed = { ...borough, handed_over: true, hours: null };
  await saveQueues(db, [handed]);
  expect(await listQueues(db)).toEqual([always, handed]);
});

it('the seeds of a start add what is missing and leave what a city has changed', async () => {
  const edited = { ...unknownQueue('edited', 'phone'), threshold_s: 45 };
  const fresh = unknownQueue('fresh', 'phone');
  await saveQueues(db, [edited]);
  await seedQueues(db, [{ ...edited, threshold_s: 100 }, fresh]);
  expect(await listQueues(db)).toEqual(expect.arrayContaining([edited, fresh]));
});

it('takes the usual for mail until the city says otherwise', async () => {
  expect(await mailConfig(db)).toEqual(DEFAULT_MAIL);
  const config = { threshold_days: 2.5, target: 0.9, closing_days: 60 };
  await saveMailConfig(db, DEFAULT_MAIL);
  await saveMailConfig(db, config);
  expect(await mailConfig(db)).toEqual(config);
});

it('keeps the last progress under a name', async () => {
  expect(await readProgress(db, 'import')).toBe(null);
  await saveProgress(db, 'import', { line: 1 });
  await saveProgress(db, 'import', { line: 2, done: false });
  expect(await readProgress(db, 'import')).toEqual({ line: 2, done: false });
});
