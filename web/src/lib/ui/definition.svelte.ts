/** What a figure opens when it is asked what it means. */
import { getContext, setContext } from 'svelte';
import type { DefinitionId } from '#contract/definitions.ts';
import type { QueueState } from '#contract/live.ts';

export type Span =
  | 'now'
  | 'recent'
  | 'today'
  | 'hour'
  | 'next'
  | 'day'
  | 'next_7'
  | 'days_7'
  | 'days_30'
  | 'days_90';
export interface DefinitionRequest {
  readonly id: DefinitionId | 'agents' | 'curve' | 'state' | 'web';
  readonly span: Span;
  /** The queue whose figure was asked; the figure as it was then. */
  readonly queue: QueueState | null;
  readonly shown: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly as_of_ms: number | null;
  /** Why there is no value, where there is none. */
  readonly reason?: string;
}

export class DefinitionDesk {
  request: DefinitionRequest | null = $state.raw(null);
  open(request: DefinitionRequest): void {
    this.request = request;
  }
  close(): void {
    this.request = null;
  }
}

const KEY = Symbol('definitions');
export const provideDefinitions = (): DefinitionDesk => setContext(KEY, new DefinitionDesk());
export function useDefinitions(): DefinitionDesk {
  const desk = getContext<DefinitionDesk | undefined>(KEY);
  if (!desk) throw new Error('no definitions were provided above this component');
  return desk;
}
