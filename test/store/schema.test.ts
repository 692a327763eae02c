import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { dumpSchema } from '../setup/schema-dump.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

describe('the schema', () => {
  it('is the one that sql/schema.sql shows, on either database', async () => {
    await expect(await dumpSchema(test.db)).toMatchFileSnapshot('../../sql/schema.sql');
  });
});
