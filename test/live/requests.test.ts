import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveRequests } from '../../server/live/requests.ts';
import type { RequestPicture } from '../../server/store/requests.types.ts';
import { us } from '../requests/support.ts';

const due = (number: number, due_us: number): RequestPicture => ({
  number,
  revision: 1,
  id: `R${number}`,
  status: 'received',
  open: true,
  service: null,
  borough: 'VM',
  unit: null,
  longitude: null,
  latitude: null,
  created_us: us('2026-10-01T09:00-04:00'),
  due_us,
  settled_us: null,
});
function make(now: string) {
  const clock = new ManualClock(now);
  const live = new LiveRequests({ clock, time_zone: 'America/Toronto', boroughs: ['VM'] });
  const take = (requests: readonly RequestPicture[]) =>
    live.apply({ batch: 1, received_us: 0, events: [], rejected: {}, projected: { requests, told: [] } });
  const counts = () => {
    live.tick();
    return live.item('requests', 'VM');
  };
  return { clock, take, counts };
}

describe('what is open, counted by due dates', () => {
  it('is due within three local days, also when one of them has 25 hours', () => {
    // Clocks are put back in the night to 1 November: 48 h and 1 h after the end of the 30th are still the 1st.
    const { take, counts } = make('2026-10-30T12:00:00Z');
    take([due(1, us('2026-11-02T23:30-05:00')), due(2, us('2026-11-03T00:30-05:00'))]);
    expect(counts()).toMatchObject({ open: 2, due_today: 0, due_3_days: 1 });
  });

  it('is counted by the clock when that is set back', () => {
    const { clock, take, counts } = make('2026-10-30T12:00:00Z');
    take([due(1, us('2026-10-30T12:30:00Z'))]);
    clock.set_us(us('2026-10-30T13:00:00Z'));
    expect(counts()).toMatchObject({ overdue: 1 });
    clock.set_us(us('2026-10-30T12:10:00Z'));
    expect(counts()).toMatchObject({ overdue: 0, due_today: 1 });
  });
});
