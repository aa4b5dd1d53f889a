/*
 * Loaded into a worker by NODE_OPTIONS=--import, in front of its own code: a clock that is wrong, and a busy loop on demand.
 *
 * FAULTS_CLOCK_SHIFT_MS       Date is that far off
 * FAULTS_CLOCK_JUMP_AFTER_MS  from this time on; at once unless stated
 * SIGUSR2                     blocks the event loop for FAULTS_BLOCK_MS
 */
const shiftMs = Number(process.env.FAULTS_CLOCK_SHIFT_MS ?? 0);
const jumpAfterMs = Number(process.env.FAULTS_CLOCK_JUMP_AFTER_MS ?? 0);
const blockMs = Number(process.env.FAULTS_BLOCK_MS ?? 0);

const TrueDate = Date;
const now = () => TrueDate.now() + (performance.now() >= jumpAfterMs ? shiftMs : 0);

class ShiftedDate extends TrueDate {
  /** @param {...any} args */
  constructor(...args) {
    if (args.length === 0) super(now());
    // @ts-expect-error: whatever Date takes
    else super(...args);
  }
}
Object.defineProperty(ShiftedDate, 'now', { value: now, writable: true, configurable: true });
if (shiftMs !== 0) globalThis.Date = /** @type {DateConstructor} */ (/** @type {unknown} */ (ShiftedDate));

if (blockMs > 0)
  process.on('SIGUSR2', () => {
    const until = performance.now() + blockMs;
    while (performance.now() < until);
  });
