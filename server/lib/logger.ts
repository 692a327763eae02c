/** Structured logs on standard output. Nothing a citizen wrote and no telephone number is ever logged. */
import { pino } from 'pino';

export const logger = pino({
  level: process.env.VIGIE_LOG_LEVEL ?? 'info',
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
});
export type Logger = typeof logger;
