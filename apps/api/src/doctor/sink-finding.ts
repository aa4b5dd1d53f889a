import type { ShownSink } from '../sinks/sink-view.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** A sink that is further behind than this is not just busy, s. */
const lateSeconds = 300;

/** What waits for longer, while attempts fail, is hardly just tried again, s. */
const stuckSeconds = 10;

/** Whether published prices get to where they are delivered. `configured`: the sinks that the API's configuration names. */
export function sinkFinding(sinks: readonly ShownSink[], configured: readonly string[]): Finding {
  const id = 'sinks';
  const unknown = configured.filter((name) => !sinks.some((sink) => sink.name === name));
  const removed = sinks.filter(({ state }) => state === 'removed');
  const missed = removed.filter(({ name }) => configured.includes(name)).map(({ name }) => name);
  const idle = [...unknown, ...missed, ...named(sinks, 'idle')];
  const stopped = sinks.filter(({ state }) => state === 'stopped');
  const said = sinks.map(({ name, state, waiting }) => `${name} ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`);
  const detail = `Sinks: ${said.join('; ')}.`;
  if (idle.length > 0)
    return failed(
      id,
      `No process delivers to ${idle.join(', ')}; what is published waits.`,
      'Start one with the same config file: npm run sinks. What is wanted no more: reprice sinks delete NAME',
    );
  if (stopped.length > 0)
    return failed(
      id,
      `${stopped.map(({ name, reason = '' }) => `${name} stopped: ${reason}`).join('; ')}. What is published waits.`,
      'See to its far end, then: reprice sinks resume NAME',
    );
  const present = sinks.filter((sink) => !removed.includes(sink));
  const gaps = present.filter(({ gap }) => gap).map(({ name }) => name);
  if (gaps.length > 0)
    return failed(
      id,
      `What was published was cut before ${gaps.join(', ')} had it.`,
      'reprice sinks resync NAME brings it level.',
    );
  const failing = sinks.filter(isFailing);
  if (failing.length > 0)
    return warning(
      id,
      `The newest attempts failed: ${failing.map(failure).join('; ')}. What is published waits.`,
      'See to its far end: attempts go on by themselves, until its triggers stop it (reprice sinks).',
    );
  const dead = present.filter((sink) => sink.dead > 0).map((sink) => `${sink.name} ${sink.dead}`);
  if (dead.length > 0)
    return warning(
      id,
      `${detail} Dead letters: ${dead.join(', ')}.`,
      'reprice sinks dead NAME says why; reprice sinks replay NAME tries again.',
    );
  if (removed.length > 0)
    return warning(
      id,
      `${removed.map(({ name, waiting }) => `${name} (${waiting} waiting)`).join(', ')}: in no config file any more, and changes are kept for it.`,
      'reprice sinks delete NAME lets go of it; put back into the config file it goes on where it was.',
    );
  const late = present.filter(({ oldestWaitingSeconds }) => (oldestWaitingSeconds ?? 0) > lateSeconds);
  if (late.length > 0)
    return warning(
      id,
      [detail, ...late.filter(failedLast).map((sink) => `Last failure: ${failure(sink)}.`)].join(' '),
      'They are more than five minutes behind: paused, slower than what is published, or failing (reprice sinks).',
    );
  return ok(id, sinks.length === 0 ? 'No sink is configured.' : detail);
}

/** Whether something waits, and nothing of the last minutes went through; or the newest attempts failed, and what waits does so for a while. */
function isFailing(sink: ShownSink): boolean {
  const { state, waiting, attempts, errorPercent, lastError, oldestWaitingSeconds } = sink;
  if (state !== 'delivering' || waiting === 0 || !lastError) return false;
  // Attempts may be minutes apart.
  const isLong = attempts === 0 || (oldestWaitingSeconds ?? 0) > stuckSeconds;
  return (attempts > 0 && errorPercent === 100) || (isLong && failedLast(sink));
}

function failedLast({ lastError, lastDeliveredAt = '' }: ShownSink): boolean {
  return lastError !== undefined && lastError.at > lastDeliveredAt;
}

function failure({ name, waiting, lastError }: ShownSink): string {
  return `${name} (${waiting} waiting) ${lastError?.reason}, ${lastError?.detail.replace(/\.$/, '')}`;
}

function named(sinks: readonly ShownSink[], wanted: ShownSink['state']): string[] {
  return sinks.flatMap(({ name, state }) => (state === wanted ? [name] : []));
}
