/** The real answers of two cities: what their clients have learned to read, they find here too, and in the same place. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requestAnswer, serviceAnswer } from '../../server/open311/answers.ts';
import { type XmlValue, xmlDocument } from '../../server/open311/xml.ts';
import { row, SERVICES, serviceSource } from './server.ts';

const fileOf = (name: string): URL => new URL(`../../../shared/data/georeport-${name}`, import.meta.url);
const XML_FILES = ['requests', 'services'].map((what) => fileOf(`san_francisco_${what}.xml`));
const JSON_FILES = ['requests', 'services'].map((what) => fileOf(`bloomington_${what}.json`));

const OURS: Readonly<Record<string, XmlValue>> = {
  requests: [requestAnswer(row('1'), { language: 'en', precise: true }, { services: serviceSource })],
  services: [serviceAnswer(SERVICES[0]!, 'en')],
};
/** Ways from the root to each element: `services/service/group`. */
function waysOf(xml: string): Set<string> {
  const open: string[] = [];
  const ways = new Set<string>();
  for (const [, end, name = '', empty] of xml.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
    if (end) open.pop();
    else {
      ways.add([...open, name].join('/'));
      if (!empty) open.push(name);
    }
  }
  return ways;
}

describe('the answers of real cities', () => {
  it.runIf(XML_FILES.every((file) => existsSync(file)))('have no element in XML that ours have not', () => {
    for (const file of XML_FILES) {
      const what = file.pathname.includes('requests') ? 'requests' : 'services';
      const root = what === 'requests' ? 'service_requests' : what;
      const ours = waysOf(xmlDocument(root, OURS[what]!));
      const theirs = [...waysOf(readFileSync(file, 'utf8'))];
      expect(theirs.length).toBeGreaterThan(8);
      expect(theirs.filter((way) => !ours.has(way))).toEqual([]);
    }
  });

  it.runIf(JSON_FILES.every((file) => existsSync(file)))('have no member in JSON that ours have not', () => {
    for (const file of JSON_FILES) {
      const what = file.pathname.includes('requests') ? 'requests' : 'services';
      const theirs = JSON.parse(readFileSync(file, 'utf8')) as object[];
      const [ours] = OURS[what] as object[];
      expect(theirs.length).toBeGreaterThan(0);
      for (const one of theirs) expect(Object.keys(ours!)).toEqual(expect.arrayContaining(Object.keys(one)));
    }
  });
});
