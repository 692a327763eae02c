// Loaded before a program (`--import`), moves all its clocks by CLOCK_SHIFT_MS: the server, its threads and the simulated
// city then live at another time, as on a machine whose clock is set so.
const shift_ms = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const SystemDate = globalThis.Date;

class ShiftedDate extends SystemDate {
  /** @param {[]} given */
  constructor(...given) {
    super(...(given.length === 0 ? [SystemDate.now() + shift_ms] : given));
  }
  static now() {
    return SystemDate.now() + shift_ms;
  }
}
globalThis.Date = ShiftedDate;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + shift_ms });
