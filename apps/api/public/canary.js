/** @import { App, CanaryState, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { canaryActions } from './canary-actions.js';
import { canaryWords } from './canary-words.js';
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { parityPanel } from './parity.js';
import { routeTable } from './route-table.js';

/** How often the figures of a canary or shadow that runs are asked for: they do not come by themselves. */
const askMs = 3000;

/**
 * The canary or shadow: what it is, how it does beside the stable route, and what may be done about it. Not there while there is none.
 *
 * @param {App} app
 * @returns {Section}
 */
export function canary(app) {
  const card = byId('canary-card');
  const title = byId('canary-title');
  const state = h('p', {});
  const figures = h('div', {});
  const parity = parityPanel(() => ask());
  fill(byId('canary'), state, figures, parity.element);
  const actions = canaryActions(app, byId('canary-actions'), () => ask());
  const drawFigures = whenChanged((/** @type {Parameters<typeof routeTable>[0]} */ routes) => {
    fill(figures, routeTable(routes));
  });
  let askedAt = Number.NEGATIVE_INFINITY;
  let asked = '';
  let isAsking = false;
  /** Asked for while an answer was under way: with another choice, or after a change. */
  let isAskedAgain = false;

  async function ask() {
    isAskedAgain = isAsking;
    if (isAsking) return;
    isAsking = true;
    askedAt = performance.now();
    try {
      const now = await call('/v1/canary');
      app.state.canary = now;
      app.state.parity = now.id ? await call(`/v1/canary/parity?percent=${parity.percent()}`) : null;
      app.changed();
    } catch {
      // Why is told at the top of the page; it is asked again.
    } finally {
      isAsking = false;
      if (isAskedAgain) await ask();
    }
  }

  return ({ canary: now, parity: report, connection }) => {
    const isLive = now?.state === 'running' || now?.state === 'promoted';
    const changed = now ? `${now.id} ${now.state} ${now.mode} ${now.percent}` : '';
    const isDue = performance.now() - askedAt >= askMs;
    if (connection !== 'logged-out' && !document.hidden && (changed !== asked || (isDue && (isLive || !now)))) {
      asked = changed;
      void ask();
    }
    card.hidden = !isShown(now);
    if (!now || card.hidden) return;
    setText(title, now.mode === 'shadow' ? 'Shadow' : 'Canary');
    setText(state, canaryWords(now));
    figures.hidden = now.mode === 'shadow' || !now.routes;
    if (now.routes) drawFigures(now.routes);
    parity.show(now, report);
    actions(now);
  };
}

/** One that ended has nothing more to tell, unless it was rolled back. @param {CanaryState | null} now */
function isShown(now) {
  return now !== null && now.state !== 'off';
}
