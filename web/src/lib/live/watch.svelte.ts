import type { Topic } from '#contract/live.ts';
import { type LiveTopic, useLive } from './live.svelte.ts';

/** A topic of a scope while the calling component lives. Returns the way to what it says; null until it is watched. */
export function watching<T extends Topic>(topic: T, scope: () => string): () => LiveTopic<T> | null {
  const live = useLive();
  let view = $state.raw<LiveTopic<T> | null>(null);
  $effect(() => {
    const watched = live?.watch(topic, scope());
    view = watched?.view ?? null;
    return () => watched?.release();
  });
  return () => view;
}
