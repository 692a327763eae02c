import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeXml, xmlDocument } from '../../server/open311/xml.ts';

describe('the XML writer', () => {
  it('names the items of a list, and writes what is not known as an empty element', () => {
    expect(
      xmlDocument('services', [
        { service_code: '001', metadata: false, keywords: null },
        { service_code: '002', metadata: true, keywords: '' },
      ]),
    ).toBe(
      '<?xml version="1.0" encoding="utf-8"?>\n' +
        '<services><service><service_code>001</service_code><metadata>false</metadata><keywords/></service>' +
        '<service><service_code>002</service_code><metadata>true</metadata><keywords/></service></services>\n',
    );
    expect(xmlDocument('service_requests', [])).toMatch(/<service_requests\/>\n$/);
    expect(() => xmlDocument('nobody', ['x'])).toThrow(/nobody/);
  });

  it('writes only what XML 1.0 has, in ASCII and without markup, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = escapeXml(text);
        expect(written).toMatch(/^[\t\n\x20-\x7f]*$/);
        expect(written).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|apos;|#\d{2,7};)/);
        for (const [, number] of written.matchAll(/&#(\d+);/g)) {
          const code = Number(number);
          expect(code === 13 || code >= 0x7f).toBe(true);
          expect(code === 0xfffe || code === 0xffff || (code >= 0xd800 && code < 0xe000)).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(escapeXml('a\u0001b\ud800cé\u{1f573}')).toBe('a&#65533;b&#65533;c&#233;&#128371;');
  });
});
