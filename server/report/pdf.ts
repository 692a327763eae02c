/** A report's page printed by a Chromium: tagged, with its outline and the numbers of its pages. */
import { type Browser, chromium } from 'playwright-core';
import { CHROMIUM_ARGS, installedChromium } from '../lib/chromium.ts';
import { VigieError } from '../lib/errors.ts';
import { escaped } from './escape.ts';
import type { ReportLanguage } from './format.ts';

const PRINT_MS = 60_000;

const MISSING = `A PDF is printed by a Chromium, and none was found on the server's machine. Install one (Debian and Ubuntu: apt-get install chromium; \
macOS: brew install --cask chromium), or name it with VIGIE_CHROMIUM. The same report is there as .html, .xlsx and .csv.`;

/** One at a time: each is a browser. */
let last: Promise<unknown> = Promise.resolve();

/** @throws VigieError 501 when there is no Chromium */
export function printPdf(page: string, title: string, language: ReportLanguage): Promise<Buffer> {
  const printed = last.then(() => print(page, title, language));
  last = printed.catch(() => undefined);
  return printed;
}

async function print(html: string, title: string, language: ReportLanguage): Promise<Buffer> {
  const executablePath = installedChromium();
  if (executablePath === undefined) throw new VigieError('no_chromium', MISSING, { status: 501 });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS], timeout: PRINT_MS });
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true });
    const page = await context.newPage();
    await page.setContent(html, { waitUntil: 'load', timeout: PRINT_MS });
    const style =
      'font:8pt sans-serif;color:#444;width:100%;margin:0 16mm;display:flex;justify-content:space-between';
    const [word, of] = language === 'fr' ? ['Page', 'sur'] : ['Page', 'of'];
    return await page.pdf({
      format: 'Letter',
      tagged: true,
      outline: true,
      margin: { top: '16mm', bottom: '18mm', left: '16mm', right: '16mm' },
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: `<div style="${style}"><span>${escaped(title)}</span><span>${word} <span class="pageNumber"></span> ${of} <span class="totalPages"></span></span></div>`,
    });
  } catch (error) {
    const message = `The Chromium at ${executablePath} could not print the report; the server's log says why.`;
    throw new VigieError('print_failed', message, { status: 502, cause: error });
  } finally {
    await browser?.close();
  }
}
