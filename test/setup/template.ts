/** Made once before the database tests start, so that no test file waits for another one's migrations. */
import { embeddedTemplate, testDatabaseUrl } from './database.ts';

export async function setup(): Promise<void> {
  if (testDatabaseUrl === null) await embeddedTemplate();
}
