import type { FuzzRun } from '../fuzz/run.ts';
import { fuzz } from '../fuzz/run.ts';
import type { Stand } from '../stand.ts';
import { Broken, type Check, noneOf } from './check.ts';
import { isSuspicious, patterns, worstMs } from './patterns.ts';

const worstAllowedMs = 10;

/** Expressions that may take long, and whose text no client has a hand in. */
const harmless: Readonly<Record<string, string>> = {
  'apps/api/src/docs/problem-page.ts': 'our own words',
  'apps/api/public/format.js': 'numbers that the page made',
  'apps/cli/src/api-error.ts': 'the words of the API',
  'apps/cli/src/column-map.ts': "the caller's own command line",
  'apps/worker/src/worker.ts': 'messages of Redis',
  'packages/config/src/http-url.ts': 'the environment',
  'packages/gateway/src/client.ts': 'the environment',
  'packages/telemetry/src/otlp-tracing.ts': 'the environment',
  'packages/telemetry/src/scrubber.ts': 'our own keys',
};

const seed = 4;
const requests = 3000;
let fuzzed: Promise<FuzzRun> | undefined;
const fuzzOnce = (stand: Stand): Promise<FuzzRun> => (fuzzed ??= fuzz(stand, seed, requests));

export const source: readonly Check[] = [
  {
    id: 'S19',
    what: 'No regular expression can be made to run for long (ReDoS)',
    how: 'every regular expression of the product, by redos-detector and with a stopwatch: 50 KB of what is worst for it within 10 ms',
    slow: true,
    run() {
      const all = patterns();
      if (all.length < 100) throw new Broken(`only ${all.length} expressions were found`);
      const suspicious = all.filter(isSuspicious);
      const slow = all.map((pattern) => ({ ...pattern, ms: worstMs(pattern) })).filter(({ ms }) => ms > worstAllowedMs);
      noneOf(
        slow
          .filter(({ file }) => harmless[file] === undefined)
          .map(({ file, regex, ms }) => `${file}: ${regex} takes ${Math.round(ms)} ms`),
      );
      return `${all.length} expressions, ${suspicious.length} looked suspicious to the analysis; all within ${worstAllowedMs} ms but ${slow.length}, whose text no client makes`;
    },
  },
  {
    id: 'S20',
    what: 'No prototype can be polluted',
    how: 'API and worker run with --disable-proto=throw while all this goes on; the members of Object, Array, Function and String.prototype before and after',
    async run(stand) {
      const seen = await Promise.all(
        [stand.api, stand.worker].flatMap((process) => (process ? [stand.watched(process)] : [])),
      );
      if (seen.some(({ polluted }) => polluted)) throw new Broken('a prototype has members that it had not');
      return `${seen.length} processes`;
    },
  },
  {
    id: 'S21',
    what: 'Nothing that is sent holds the event loop up',
    how: `${requests} requests of the fuzzing: the loop of the API is kept busy for 50 ms at most (p99), 250 ms at the worst; for more, --fuzz 100000`,
    slow: true,
    async run(stand) {
      const { loop } = await fuzzOnce(stand);
      const { p99Ms, maxMs } = loop.busy;
      if (p99Ms > 50 || maxMs > 250) throw new Broken(`p99 ${p99Ms} ms, max ${maxMs} ms`);
      return `p99 ${p99Ms.toFixed(1)} ms, max ${maxMs.toFixed(1)} ms`;
    },
  },
  {
    id: 'S30',
    what: 'Errors say what to do and nothing of the inside',
    how: `${requests} random and mutated requests: no 500, all refusals problem+json, no stack, no path; for more, --fuzz 100000`,
    slow: true,
    async run(stand) {
      const run = await fuzzOnce(stand);
      noneOf(run.faults.map((fault) => fault.slice(0, 300)));
      return `${run.requests} requests, ${run.refusals} refusals, seed ${seed}`;
    },
  },
];
