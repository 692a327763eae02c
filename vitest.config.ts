import { defineConfig } from 'vitest/config';

/** Files whose tests open a database (or the whole server): they share two cores, so few at a time. */
const DATABASE_TESTS = ['test/store/**/*.test.ts', 'test/server/**/*.test.ts', 'test/**/*.database.test.ts'];
const BROWSER_TESTS = ['test/browser/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...DATABASE_TESTS, ...BROWSER_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'database',
          include: DATABASE_TESTS,
          exclude: BROWSER_TESTS,
          globalSetup: ['test/setup/template.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'browser',
          include: BROWSER_TESTS,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
