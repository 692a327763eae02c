/** `GET /api/v1/reports`, `/api/v1/reports/{yyyy-mm}` with `.html`, `.pdf`, `.csv`, `.xlsx`, and the sealing of one. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { REPORT_FORMATS, type Report, type ReportFormat } from '../contract/report.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import { queryChoice, queryFlag, queryText, refuseOthers } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { REPORT_LANGUAGES, type ReportLanguage } from './format.ts';
import { reportArticle, reportPage, reportStyle, reportTitle } from './html.ts';
import { printPdf } from './pdf.ts';
import type { Reports } from './reports.ts';
import { reportCsv, reportXlsx } from './tables-out.ts';

export interface ReportsRouterOptions {
  readonly reports: Reports;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lets pass who may read; without it all may. */
  readonly gate?: RequestHandler;
  /** Lets pass who may publish. */
  readonly admin: RequestHandler;
  /** Who publishes, as the report names him. */
  readonly publisher: (req: Request) => string;
}

const TYPES: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  pdf: 'application/pdf',
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};
const FILE = /^(.+?)(?:\.(html|pdf|csv|xlsx|json))?$/;

export function reportsRouter({
  reports,
  clock,
  logger,
  gate,
  admin,
  publisher,
}: ReportsRouterOptions): Router {
  const router = Router();
  const wrapped =
    (answer: (req: Request, res: Response) => Promise<void>): RequestHandler =>
    (req, res, next) => {
      res.setHeader('cache-control', 'no-store');
      answer(req, res).catch(next);
    };
  const pass: RequestHandler = gate ?? ((_req, _res, next) => next());

  router.get(
    '/api/v1/reports',
    pass,
    wrapped(async (req, res) => {
      refuseOthers(req, ['scope']);
      const items = await reports.list(scopeOf(req));
      sendJson(res, 200, { items, next: null, as_of: isoOf(clock.now_us()) });
    }),
  );
  router.get(
    '/api/v1/reports/:file',
    pass,
    wrapped(async (req, res) => {
      refuseOthers(req, ['scope', 'lang', 'part']);
      const [, month = '', ending] = FILE.exec(String(req.params.file)) ?? [];
      const format = formatOf(req, ending);
      res.vary('Accept');
      const language = languageOf(req);
      const report = await reports.report({ month, scope: scopeOf(req) });
      await send(res, report, format, language, req);
    }),
  );
  router.post(
    '/api/v1/reports/:month/seal',
    admin,
    wrapped(async (req, res) => {
      refuseOthers(req, ['scope']);
      const key = { month: String(req.params.month), scope: scopeOf(req) };
      sendJson(res, 201, await reports.seal(key, publisher(req)));
    }),
  );
  router.use(errorHandler(logger));
  return router;
}

function scopeOf(req: Request): string {
  const text = queryText(req, 'scope') ?? 'city';
  return text.toLowerCase() === 'city' ? 'city' : text.toUpperCase();
}
/** Asked, or the first of the reader's own; French. */
function languageOf(req: Request): ReportLanguage {
  const asked = queryChoice(req, 'lang', REPORT_LANGUAGES);
  if (asked) return asked;
  return req.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr';
}
function formatOf(req: Request, ending: string | undefined): ReportFormat {
  const named = REPORT_FORMATS.find((format) => format === ending);
  if (named) return named;
  const accepted = req.accepts(['application/json', TYPES.html, TYPES.pdf, 'text/csv', TYPES.xlsx]);
  const format = REPORT_FORMATS.find(
    (each) => accepted !== false && TYPES[each].startsWith(String(accepted).split(';', 1)[0]!),
  );
  if (format) return format;
  throw new VigieError('not_acceptable', 'A report is JSON, HTML, PDF, CSV or XLSX.', { status: 406 });
}

async function send(
  res: Response,
  report: Report,
  format: ReportFormat,
  language: ReportLanguage,
  req: Request,
): Promise<void> {
  const { month, scope } = report.content;
  const attach = (): void => {
    res.setHeader(
      'content-disposition',
      `attachment; filename="vigie-311-${scope}-${month}-${language}.${format}"`,
    );
  };
  res.setHeader('content-language', `${language}-CA`);
  if (format === 'json') return sendJson(res, 200, report);
  const body = await bodyOf(report, format, language, queryFlag(req, 'part') === true);
  res.status(200).setHeader('content-type', TYPES[format]);
  if (format === 'csv' || format === 'xlsx') attach();
  res.end(body);
}
function bodyOf(
  report: Report,
  format: Exclude<ReportFormat, 'json'>,
  language: ReportLanguage,
  part: boolean,
): string | Promise<Buffer> {
  if (format === 'csv') return reportCsv(report, language);
  if (format === 'xlsx') return reportXlsx(report, language);
  if (format === 'html' && part) return `<style>${reportStyle()}</style>${reportArticle(report, language)}`;
  const page = reportPage(report, language);
  return format === 'html' ? page : printPdf(page, reportTitle(report, language), language);
}
