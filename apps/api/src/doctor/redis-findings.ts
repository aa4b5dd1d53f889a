import type { RedisState } from '@reprice/store';
import { type Finding, failed, ok, warning } from './finding.ts';

/** The scripts need it: they begin with `#!lua`. */
const oldestMajor = 7;
/** A clock that is off by more, in ms, tells wrong ages; by very much more, wrong days. */
const clockWarningMs = 2000;
const clockFailedMs = 60_000;
const slowMs = 100;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** What Redis tells of itself, judged: version, memory, disk, clock. `apiClockMs` is the API's clock of the same moment. */
export function redisFindings(state: RedisState, apiClockMs: number, answeredInMs: number): Finding[] {
  return [
    versionFinding(state, answeredInMs),
    memoryFinding(state),
    diskFinding(state),
    clockFinding(state, apiClockMs),
  ];
}

function versionFinding({ version }: RedisState, answeredInMs: number): Finding {
  const said = `Redis ${version || 'of unknown version'} is writable, evicts nothing, and answered in ${answeredInMs.toFixed(0)} ms.`;
  const major = Number.parseInt(version, 10);
  if (major < oldestMajor) return failed('redis', said, `Use Redis ${oldestMajor} or later: the scripts need it.`);
  if (answeredInMs > slowMs)
    return warning('redis', said, 'Every step of the work asks Redis: put it nearer, or look at its SLOWLOG.');
  return ok('redis', said);
}

function memoryFinding({ usedBytes, maxBytes, systemBytes }: RedisState): Finding {
  const id = 'redis-memory';
  const most = maxBytes || systemBytes;
  if (!(most > 0)) return ok(id, `${megabytes(usedBytes)} used.`);
  const share = usedBytes / most;
  const of = maxBytes > 0 ? 'of maxmemory' : 'of the memory of its machine (no maxmemory is set)';
  const said = `${megabytes(usedBytes)} used, ${Math.round(100 * share)} % ${of}, ${megabytes(most)}.`;
  // Without a limit of its own it is the machine that runs out, and rewriting the append-only file needs room besides.
  const [high, full] = maxBytes > 0 ? [0.75, 0.9] : [0.4, 0.7];
  const advice =
    maxBytes > 0
      ? 'Raise maxmemory (redis-cli CONFIG SET maxmemory 4gb): when it is full, submissions get 503.'
      : 'Set maxmemory below the memory of the machine, else the system may end Redis: redis-cli CONFIG SET maxmemory 4gb';
  if (share >= full) return failed(id, said, advice);
  return share >= high ? warning(id, said, advice) : ok(id, said);
}

function diskFinding({ appendOnly, appended, rewritten, saved }: RedisState): Finding {
  const id = 'redis-disk';
  const mend = 'Make room on the disk of Redis, and look at its log.';
  if (!appended) return failed(id, 'The last write to the append-only file failed.', mend);
  if (!rewritten) return failed(id, 'The last rewrite of the append-only file failed, so it grows without end.', mend);
  if (!saved) return failed(id, 'The last snapshot to disk failed.', mend);
  if (appendOnly) return ok(id, 'The append-only file is on, and written without errors.');
  const detail = 'The append-only file is off: a crash of Redis loses accepted work.';
  return warning(id, detail, 'redis-cli CONFIG SET appendonly yes, and appendonly yes in redis.conf');
}

function clockFinding({ clockMs }: RedisState, apiClockMs: number): Finding {
  const offMs = clockMs - apiClockMs;
  const seconds = (Math.abs(offMs) / 1000).toFixed(1);
  const said = `The clock of Redis is ${seconds} s ${offMs < 0 ? 'behind' : 'ahead of'} that of the API.`;
  const advice = 'Let both machines keep time by NTP: the budget day goes by the clock of Redis.';
  if (Math.abs(offMs) > clockFailedMs) return failed('redis-clock', said, advice);
  if (Math.abs(offMs) > clockWarningMs) return warning('redis-clock', said, advice);
  return ok('redis-clock', 'Redis and the API agree on the time.');
}
