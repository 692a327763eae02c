/** A report's content from its facts. Pure: the same facts give the same content, and so the same hash. */
import { DEFINITIONS, type DefinitionId, type MetricDefinition } from '../contract/definitions.ts';
import type { BilingualName } from '../contract/reference.ts';
import type { ReportContent, ReportSection } from '../contract/report.ts';
import { isoOf } from '../lib/clock.ts';
import type { ReportInput } from './input.ts';
import { callsSection, contactsSection } from './section-contacts.ts';
import { dataSection } from './section-data.ts';
import {
  ageingSection,
  boroughsSection,
  complaintsSection,
  onTimeSection,
  requestsSection,
  returnsSection,
  servicesSection,
} from './section-requests.ts';

/** A settlement is given so long to be reopened. */
const REOPENED_US = 30 * 86_400_000_000;

export function reportContent(input: ReportInput): ReportContent {
  const { span } = input.periods.month;
  const sections = [
    contactsSection(input),
    callsSection(input),
    requestsSection(input),
    ageingSection(input),
    onTimeSection(input),
    servicesSection(input),
    complaintsSection(input),
    returnsSection(input),
    ...(input.scope.borough === null ? [boroughsSection(input)] : []),
    dataSection(input),
  ];
  return {
    format: 1,
    month: input.month,
    scope: input.scope.id,
    scope_name: input.scope.name,
    time_zone: input.time_zone,
    from_at: isoOf(span.from_us),
    to_at: isoOf(span.to_us),
    as_of: isoOf(input.as_of_us),
    provisional: input.as_of_us < span.to_us + REOPENED_US,
    simulated: input.simulated,
    summary: summaryOf(sections),
    sections,
    definitions: definitionsIn(sections),
  };
}

/** How many sentences of each section open the report, the most telling sections first. */
const SUMMARY: Readonly<Record<string, number>> = {
  contacts: 1,
  calls: 2,
  requests: 2,
  on_time: 1,
  ageing: 1,
  complaints: 1,
  boroughs: 1,
  data: 1,
};
function summaryOf(sections: readonly ReportSection[]): BilingualName[] {
  return Object.entries(SUMMARY).flatMap(
    ([id, n]) => sections.find((section) => section.id === id)?.sentences.slice(0, n) ?? [],
  );
}

function definitionsIn(sections: readonly ReportSection[]): MetricDefinition[] {
  const refs = new Set<string>();
  for (const { tables } of sections)
    for (const { columns, rows } of tables)
      for (const { definition } of [...columns, ...rows]) if (definition) refs.add(definition);
  return Array.from(refs, (ref) => DEFINITIONS[ref.slice(0, ref.indexOf('@')) as DefinitionId]).toSorted(
    (a, b) => (a.id < b.id ? -1 : 1),
  );
}
