/** @import { PriorityName, Section, State, Stats } from './shapes.d.ts' */
import { byId, setText } from './elements.js';
import { holdAdvice } from './feed-words.js';
import { compact, counted, duration, moment, pace, percent } from './format.js';
import { shareWords, waitForMoney } from './money.js';

/** @type {readonly PriorityName[]} */
export const priorities = ['critical', 'high', 'normal', 'low'];

/** From this share of failed calls on, the gateway is what there is to say. */
const manyErrorsPercent = 20;

/**
 * The answer to "is it working?" in one sentence, and what to do if not.
 *
 * @returns {Section}
 */
export function headline() {
  const section = byId('headline');
  const title = byId('headline-title');
  const detail = byId('headline-detail');
  return (state) => {
    if (!state.stats) return;
    const { kind, words, more } = verdict(state, state.stats);
    section.dataset.kind = kind;
    setText(title, words);
    setText(detail, more);
    document.title = kind === 'bad' || kind === 'warn' ? `${words} · Reprice` : 'Reprice';
  };
}

/**
 * What holds the money back, and what to do.
 *
 * @param {Stats} stats
 * @param {PriorityName[]} poor
 * @param {string} waits
 */
function moneyWords({ budget }, poor, waits) {
  const part =
    Number(budget.remainingUsd) > 0 && poor.length === 1 && poor[0] !== undefined && poor[0] !== 'critical'
      ? `Work of priority ${poor[0]} may use ${shareWords(poor[0])} of the day, so that more urgent work has the rest. `
      : '';
  return `${part}${waits} It goes on at ${moment(budget.resetsAt)}, or at once when an admin raises the limit (Change limit, below).`;
}

/** A detail as a sentence of its own. @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What observations moved and waits for a feed. @param {Stats} stats */
function heldBack({ observations }) {
  const skus = observations?.dirty ?? 0;
  return skus === 0 ? '' : ` ${counted(skus, 'SKU waits', 'SKUs wait')} for it.`;
}

/** Packs that wait, of all priorities. @param {Stats} stats */
function waitingPacks({ queue }) {
  return priorities.reduce((sum, priority) => sum + queue.waiting[priority], 0);
}

/**
 * @param {State} state
 * @param {Stats} stats
 * @returns {{ kind: 'good' | 'idle' | 'warn' | 'bad', words: string, more: string }}
 */
export function verdict(state, stats) {
  const { queue, workers, budget, gateway } = stats;
  const waiting = waitingPacks(stats);
  const waits = waiting === 0 ? 'Nothing waits.' : `${counted(waiting, 'pack waits', 'packs wait')}.`;
  if (state.silentSince > 0) {
    return { kind: 'bad', words: 'No news', more: 'The page is reconnecting; what it shows is from before.' };
  }
  if (state.freeze?.frozen) {
    const { by, since, reason } = state.freeze;
    const who = `${by ? `by ${by}` : 'by hand'}${since ? ` since ${moment(since)}` : ''}`;
    return {
      kind: 'warn',
      words: 'Frozen',
      more: `No call is made and no price is published, ${who}${reason ? `: ${reason}` : ''}. Packs keep their place. ${waits}`,
    };
  }
  if (budget.closed) return { kind: 'bad', words: 'The day is closed', more: budget.closed.whatToDo };
  if (workers.length === 0) {
    const more = `Start one with npm run worker, on this machine or any other that reaches Redis. ${waits}`;
    return { kind: waiting > 0 ? 'bad' : 'warn', words: 'No worker is alive', more };
  }
  const poor = waitForMoney(stats, state.batches);
  if (poor.length > 0) return { kind: 'bad', words: 'Today’s budget is used up', more: moneyWords(stats, poor, waits) };
  if (state.gatewayFault !== null) {
    const more = `${sentence(state.gatewayFault)} Check GATEWAY_BASE_URL and GATEWAY_API_KEYS of API and workers. ${waits}`;
    return { kind: waiting > 0 ? 'bad' : 'warn', words: 'The gateway cannot be used', more };
  }
  if (gateway.errorPercent >= manyErrorsPercent) {
    const more = `${percent(gateway.errorPercent)} of the calls of the last minutes failed; packs are tried again by themselves. Gateway, below, says how. ${waits}`;
    return { kind: 'warn', words: 'The gateway is in trouble', more };
  }
  const hold = holdAdvice(stats.feeds ?? []);
  if (hold !== '') return { kind: 'warn', words: 'Observations wait for a feed', more: `${hold}${heldBack(stats)}` };
  const etas = state.batches
    .filter(({ status }) => status === 'running')
    .map(({ etaSeconds }) => etaSeconds ?? Number.NaN);
  const longest = Math.max(...etas);
  // One that nobody can tell of yet may be the last.
  const eta = etas.length > 0 && Number.isFinite(longest) ? ` Done in about ${duration(longest)}.` : '';
  const running = stats.batches.running > 0 ? ` ${counted(stats.batches.running, 'batch runs', 'batches run')}.` : '';
  if (queue.restingMs > 1000 && waiting > 0 && stats.skusPerSecond === 0) {
    const more = `The rate limit or the gateway asked for it; it goes on by itself. ${waits}${running}`;
    return { kind: 'good', words: `Resting for ${duration(queue.restingMs / 1000)}`, more };
  }
  if (stats.skusPerSecond > 0) {
    return { kind: 'good', words: `Working: ${pace(stats.skusPerSecond)} SKU/s`, more: `${waits}${running}${eta}` };
  }
  if (waiting > 0 || queue.active > 0) {
    return { kind: 'good', words: 'Working', more: `${compact(queue.active)} in flight. ${waits}${running}${eta}` };
  }
  return {
    kind: 'idle',
    words: 'All is done',
    more: `Nothing waits. ${counted(workers.length, 'worker is', 'workers are')} ready.`,
  };
}
