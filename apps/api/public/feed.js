/** @import { App, Batch, CanaryState, Freeze, Limits, Stats } from './shapes.d.ts' */
import { ApiProblem, asProblem, call } from './api.js';

/** No stats for this long means that something is wrong: they come every 2 s. */
const silentMs = 7000;
const checkMs = 1000;

/** How often is asked for the series; every other time for all that does not come by itself. */
const refreshMs = 15_000;

/** How often is asked whether the gateway is why nothing moves. */
const whyMs = 4000;

/** How long until the stream is opened anew after it was refused. */
const reopenMs = 3000;

/** Batches that the page keeps. */
const batchesKept = 50;

/**
 * Keeps the state up to date: by server-sent events, and where they do not come by asking.
 *
 * @param {App} app
 */
export function feed({ state, changed }) {
  let heardAt = Date.now();
  let isAsking = false;
  let askedWhyAt = 0;
  /** @type {EventSource | undefined} */
  let source;

  const heard = () => {
    heardAt = Date.now();
    state.silentSince = 0;
    state.problem = null;
  };

  /** @param {Batch} batch */
  const takeBatch = (batch) => {
    if (!batch.id.startsWith('b')) return;
    const others = state.batches.filter(({ id }) => id !== batch.id);
    state.batches = [batch, ...others]
      .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
      .slice(0, batchesKept);
  };

  /** @param {Stats} stats */
  const takeStats = (stats) => {
    state.stats = stats;
    if (stats.series) state.series = stats.series;
    if (stats.freeze) state.freeze = stats.freeze;
    heard();
  };

  /** @type {Record<string, (data: any) => void>} */
  const takes = {
    stats: takeStats,
    batch: takeBatch,
    budget: (budget) => {
      if (state.stats) state.stats.budget = { ...state.stats.budget, ...budget };
    },
    limits: (/** @type {Limits} */ limits) => {
      state.limits = limits;
    },
    freeze: (/** @type {Freeze} */ freeze) => {
      state.freeze = freeze;
    },
    canary: (/** @type {CanaryState} */ canary) => {
      // Without the figures of its routes, which are asked for.
      const routes = state.canary?.id === canary.id ? state.canary?.routes : undefined;
      state.canary = { ...canary, ...(routes && { routes }) };
    },
  };

  function open() {
    source = new EventSource(`/v1/events?types=${Object.keys(takes).join(',')}`);
    for (const [type, take] of Object.entries(takes)) {
      source.addEventListener(type, (event) => {
        take(JSON.parse(event.data));
        state.connection = 'live';
        changed();
      });
    }
    source.addEventListener('error', () => {
      if (state.connection === 'live') state.connection = 'reconnecting';
      changed();
      if (source?.readyState !== EventSource.CLOSED) return;
      // Refused with a status, which is not told here: asking tells why.
      source = undefined;
      void ask();
      setTimeout(() => state.connection !== 'logged-out' && open(), reopenMs);
    });
  }

  /** Asks for the figures, and `all` that does not come by itself. */
  async function ask(all = true) {
    if (isAsking) return;
    isAsking = true;
    try {
      takeStats(await call('/v1/stats'));
      if (all) await askForTheRest();
      if (state.connection !== 'live') state.connection = source?.readyState === EventSource.OPEN ? 'live' : 'polling';
    } catch (error) {
      state.problem = asProblem(error);
      state.connection = state.problem.status === 401 ? 'logged-out' : 'reconnecting';
      // The stream would go on until the API looks at the key again.
      if (state.connection === 'logged-out') source?.close();
      state.silentSince ||= heardAt;
    } finally {
      isAsking = false;
    }
    changed();
  }

  async function askForTheRest() {
    const [list, held, freeze, fault] = await Promise.all([
      call('/v1/batches?limit=20'),
      orNull(call('/v1/held?limit=20')),
      orNull(call('/v1/freeze')),
      gatewayFault(),
    ]);
    for (const batch of list.items) takeBatch(batch);
    state.held = held?.items ?? null;
    state.freeze = freeze;
    state.gatewayFault = fault;
  }

  /** While work waits and none is done, a person wants to know why. */
  async function askWhyStuck() {
    if (!isStuck(state.stats) || document.hidden || Date.now() - askedWhyAt < whyMs) return;
    askedWhyAt = Date.now();
    state.gatewayFault = await gatewayFault().catch(() => state.gatewayFault);
    changed();
  }

  function check() {
    void askWhyStuck();
    const silentForMs = Date.now() - heardAt;
    if (silentForMs < silentMs || state.connection === 'logged-out') return;
    state.silentSince = heardAt;
    void ask();
  }

  return {
    refresh: () => ask(),
    start() {
      open();
      void ask();
      setInterval(check, checkMs);
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) void ask();
      });
      let rounds = 0;
      setInterval(() => {
        rounds++;
        if (!document.hidden && state.connection !== 'logged-out') void ask(rounds % 2 === 0);
      }, refreshMs);
    },
  };
}

/** Whether work waits and none is done. @param {Stats | null} stats */
function isStuck(stats) {
  return stats !== null && stats.skusPerSecond === 0 && Object.values(stats.queue.waiting).some((packs) => packs > 0);
}

/** Why the gateway cannot be used; null if it can, or nobody can tell. */
async function gatewayFault() {
  const response = await fetch('/readyz');
  const { checks } = await response.json();
  return checks?.gateway?.ok === false ? String(checks.gateway.detail) : null;
}

/**
 * An answer, or null where this Reprice has no such call.
 *
 * @param {Promise<any>} answer
 */
async function orNull(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}
