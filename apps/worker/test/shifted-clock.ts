/* Loaded before a program by `NODE_OPTIONS=--import`: shifts what its clock says by CLOCK_SHIFT_MS. Its monotonic clock stays. */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const RealDate = Date;
const realNow = Date.now;
const now = (): number => realNow() + shiftMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
});
Date.now = now;
