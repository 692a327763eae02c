/** Events for the benchmarks: calls as a telephone system sends them, with random ids. */
import { randomUUID } from 'node:crypto';

export interface SampleEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/** `count` call events, four a call, spread evenly over `span_s` seconds that end at `end_ms`. */
export function sampleCalls(count: number, end_ms = Date.now() - 60_000, span_s = 3_600): SampleEvent[] {
  const step_ms = (span_s * 1000) / count;
  return Array.from({ length: count }, (_, index) => {
    const call = Math.floor(index / 4);
    const queue = `Q${call % 20}`;
    const kind = ['offered', 'queued', 'answered', 'completed'][index % 4] as string;
    const data: Record<string, unknown> = { queue };
    if (kind === 'queued') data.position = (call % 7) + 1;
    if (kind === 'answered' || kind === 'completed') data.agent = `agent-${call % 150}`;
    if (kind === 'completed')
      Object.assign(data, { talk_s: 100 + (call % 300), wrap_up_s: 20, outcome: 'answered' });
    return {
      specversion: '1.0',
      id: randomUUID(),
      source: 'urn:bench:telephone',
      type: `org.vigie311.call.${kind}`,
      subject: `call-${call}-${end_ms}`,
      time: new Date(end_ms - (count - index) * step_ms).toISOString(),
      data,
    };
  });
}
