/** The chapter of the OpenAPI page on backups. */
import type { JsonSchema } from './json-schema.ts';
import { errorAnswer } from './openapi-parts.ts';

export const BACKUP_PATHS: JsonSchema = {
  '/api/v1/backup': {
    get: {
      tags: ['access'],
      security: [{ key: [] }],
      summary: 'Everything that is stored, at one instant, as one file',
      description:
        'For the bootstrap key alone. Lines of JSON in zstd, with the number of rows and the SHA-256 of each table after it, and a last ' +
        'line without which the file is not whole. `vigie backup` checks all of it; `vigie restore` brings it back.',
      responses: {
        '200': {
          description: 'The file, as it is made',
          content: { 'application/zstd': { schema: { type: 'string', format: 'binary' } } },
        },
        '401': errorAnswer('No key'),
        '403': errorAnswer('Not the bootstrap key'),
        '503': errorAnswer('A backup is being made already'),
      },
    },
  },
};
