/** Texts of the replay in English. */
import type { replayFr } from './replay-fr.ts';

export const replayEn: typeof replayFr = {
  title: 'Replay',
  mark: 'REPLAY',
  warning: 'Past data',
  moment: 'Moment',
  go: 'Go',
  scope: 'Territory',
  city: 'Whole city',
  play: 'Play',
  pause: 'Pause',
  speed: 'Speed',
  times: (speed) => `${speed}×`,
  back: (minutes) => `−${minutes}\u00a0min`,
  on: (minutes) => `+${minutes}\u00a0min`,
  backLabel: (minutes) => (minutes === 1 ? 'Back by one minute' : `Back by ${minutes} minutes`),
  onLabel: (minutes) => (minutes === 1 ? 'On by one minute' : `On by ${minutes} minutes`),
  loading: 'The moment is being rebuilt from the events…',
  ended: 'The present is reached.',
  toWall: 'See the wall of now',
  failed: 'This replay cannot begin:',
  why: {
    too_many_replays: 'too many replays are going on; wait until one ends.',
    bad_request: 'the moment must be one of the last 30 days.',
    unavailable: 'the server cannot read it now.',
  },
  keys: 'Space: play or pause. Arrows: back or on by a minute.',
  limits: 'without forecast, mail and web',
};
