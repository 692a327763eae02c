// Loaded before a program (`--import`), sets all its clocks: at the real moment CLOCK_REAL_MS they show CLOCK_SHOWN_MS, and
// run CLOCK_SPEED times as fast. The server, its threads and the simulated city then live at another time, as on a machine
// whose clock is set so; timers keep their own pace.
const real_ms = Number(process.env.CLOCK_REAL_MS);
const shown_ms = Number(process.env.CLOCK_SHOWN_MS);
const speed = Number(process.env.CLOCK_SPEED ?? 1);
const SystemDate = globalThis.Date;
const now = performance.now.bind(performance);

/** @param {number} time_ms */
const shown = (time_ms) => shown_ms + (time_ms - real_ms) * speed;

class SetDate extends SystemDate {
  /** @param {[]} given */
  constructor(...given) {
    super(...(given.length === 0 ? [SetDate.now()] : given));
  }
  static now() {
    return Math.floor(shown(SystemDate.now()));
  }
}
globalThis.Date = SetDate;
Object.defineProperty(performance, 'timeOrigin', { value: shown(performance.timeOrigin) });
Object.defineProperty(performance, 'now', { value: () => now() * speed });
