import type { IncomingHttpHeaders } from 'node:http';

/** The key of `Authorization: Bearer <key>`. */
export function bearerOf(headers: IncomingHttpHeaders): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,256}) *$/i.exec(headers.authorization ?? '')?.[1];
}
