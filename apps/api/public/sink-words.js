/** @import { Sink } from './shapes.d.ts' */
import { compact, counted, duration, latency, moment, percent } from './format.js';

/** @type {Readonly<Record<string, { words: string, dot: string }>>} */
const states = {
  delivering: { words: 'delivering', dot: 'good' },
  paused: { words: 'paused', dot: 'high' },
  stopped: { words: 'stopped by itself', dot: 'critical' },
  gap: { words: 'delivering, with a gap', dot: 'critical' },
  idle: { words: 'no process delivers to it', dot: 'high' },
  removed: { words: 'in no config file any more', dot: 'high' },
};

/** How a sink stands, and its colour. @param {string} state */
export const sinkState = (state) => states[state] ?? { words: state, dot: '' };

/** What waits for it, and how it does. @param {Sink} sink */
export function sinkFigures({ waiting, oldestWaitingSeconds, dead, attempts, errorPercent, latencyMs }) {
  const oldest = oldestWaitingSeconds === null ? '' : `, the oldest for ${duration(oldestWaitingSeconds)}`;
  return [
    waiting === 0 ? 'nothing waits' : `${counted(waiting, 'message waits', 'messages wait')}${oldest}`,
    counted(dead, 'dead letter'),
    attempts === 0 ? 'no attempts within 5 min' : `${percent(errorPercent)} errors`,
    ...(latencyMs ? [`p99 ${latency(latencyMs.p99)}`] : []),
  ].join(' · ');
}

/** Why it stands so, and what to do; '' = it delivers. @param {Sink} sink */
export function sinkReason({ state, since, reason = '', gap, resync, replaying }) {
  const why = reason === '' ? '' : `: ${reason}`;
  const halted = `${since ? `Since ${moment(since)}${why}` : reason}${/[.!?]$/.test(reason) ? '' : '.'}`;
  if (state === 'paused') return `${halted} What is published waits for it.`;
  if (state === 'stopped') return `${halted} What is published waits for it: resume it once its far end is well.`;
  if (state === 'idle') return 'Start npm run sinks. What is published waits for it.';
  if (state === 'removed')
    return 'What is published waits for it, until it is deleted (reprice sinks delete) or put back.';
  if (resync) return `It is being brought level: ${counted(resync.prices, 'price')} so far.`;
  if (gap)
    return `${counted(gap.messages, 'message was', 'messages were')} cut before it had them. A resync mends that.`;
  return replaying ? 'Its dead letters are tried once more.' : '';
}

/** Its newest failure, while it matters; '' = it went well since. @param {Sink} sink */
export function sinkFailure({ errorPercent, lastError, lastDeliveredAt = '' }) {
  if (!lastError || (errorPercent === 0 && lastError.at < lastDeliveredAt)) return '';
  return `Last failure ${moment(lastError.at)}: ${lastError.reason}, ${lastError.detail}`;
}

/** A count of dead letters in a question. @param {number} n */
export const deadLetters = (n) => (n === 1 ? 'the dead letter' : `the ${compact(n)} dead letters`);
