/* Loaded into a process under attack (NODE_OPTIONS=--import): at SIGUSR2 it prints a line of what it saw since the last one. */
import { createHistogram } from 'node:perf_hooks';

const everyMs = 10;
const atStart = ownKeys();
const waited = createHistogram();
const busy = createHistogram();
let reports = 0;
let lastMs = performance.now();
let lastCpu = process.cpuUsage();

// The loop was late by so much; and no more of it than the time it computed is our doing: the rest the machine was at something else.
const looking = setInterval(() => {
  const nowMs = performance.now();
  const cpu = process.cpuUsage(lastCpu);
  const lateMs = Math.max(0, nowMs - lastMs - everyMs);
  waited.record(1 + Math.round(lateMs * 1000));
  busy.record(1 + Math.round(Math.min(lateMs * 1000, cpu.user + cpu.system)));
  lastMs = nowMs;
  lastCpu = process.cpuUsage();
}, everyMs);
looking.unref();

process.on('SIGUSR2', () => {
  const of = (histogram: typeof busy) => ({ p99Ms: histogram.percentile(99) / 1000, maxMs: histogram.max / 1000 });
  const { polluted } = {} as { polluted?: unknown };
  const strange = ownKeys().filter((key) => !atStart.includes(key));
  const watched = {
    n: ++reports,
    late: of(waited),
    busy: of(busy),
    polluted: polluted !== undefined || strange.length > 0,
  };
  process.stdout.write(`${JSON.stringify({ level: 30, msg: 'watched', watched })}\n`);
  waited.reset();
  busy.reset();
});

function ownKeys(): string[] {
  return [Object, Array, Function, String].flatMap((type) =>
    Reflect.ownKeys(type.prototype).map((key) => `${type.name}.${String(key)}`),
  );
}
