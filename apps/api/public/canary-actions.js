/** @import { App, CanaryState } from './shapes.d.ts' */
import { call } from './api.js';
import { askedWords } from './canary-words.js';
import { confirmDialog } from './dialog.js';
import { fill, h, whenChanged } from './elements.js';
import { counted, percent } from './format.js';

/** The steps of a promotion, per cent. */
const steps = [1, 5, 25, 50, 100];

/**
 * The buttons by which an admin promotes it step by step, lets a shadow answer, or ends it.
 *
 * @param {App} app
 * @param {Element} place
 * @param {() => Promise<void>} ask for what is shown
 * @returns {(canary: CanaryState) => void}
 */
export function canaryActions(app, place, ask) {
  /**
   * @param {string} path
   * @param {string} method
   * @param {object} body
   * @param {string} said
   */
  const change = async (path, method, body, said) => {
    app.state.canary = await call(path, { method, body });
    app.say(said);
    app.changed();
    await ask();
  };
  /** @type {CanaryState} */
  let now;
  const draw = whenChanged((/** @type {[string, string, number]} */ [state, mode, share]) => {
    const button = (/** @type {string} */ text, /** @type {() => void} */ onclick, kind = '') =>
      h('button', { type: 'button', class: kind, onclick }, text);
    const isLive = app.canAdmin && (state === 'running' || state === 'promoted');
    const next = steps.find((step) => step > share) ?? 100;
    fill(
      place,
      isLive && mode === 'shadow' && button('Let it answer…', () => letAnswer(now, change)),
      isLive &&
        mode === 'canary' &&
        state === 'running' &&
        button(`Promote to ${next} %…`, () => promote(now, next, change)),
      isLive && mode === 'shadow' && button('End…', () => end(now, change), 'quiet'),
      isLive && mode === 'canary' && button('Roll back…', () => rollBack(now, change), 'quiet'),
    );
  });
  return (canary) => {
    now = canary;
    draw([canary.state, canary.mode, canary.percent]);
  };
}

/** @typedef {(path: string, method: string, body: object, said: string) => Promise<void>} Change */

/**
 * @param {CanaryState} canary
 * @param {number} next
 * @param {Change} change
 */
function promote(canary, next, change) {
  const { routes, minCalls } = canary;
  const calls = routes?.canary.calls ?? 0;
  const force = h('input', { id: 'canary-force', type: 'checkbox' });
  const text = routes
    ? `So far ${counted(calls, 'call')}: ${percent(routes.canary.errorPercent)} failed (stable ${percent(routes.stable.errorPercent)}), ${percent(routes.canary.invalidPercent)} of its rows invalid (${percent(routes.stable.invalidPercent)}), ${percent(routes.canary.clampPercent)} clamped (${percent(routes.stable.clampPercent)}).`
    : '';
  confirmDialog({
    title: `Promote to ${next} %?`,
    text: [
      h('p', {}, `${askedWords(canary)} then answers for ${next} % of the SKUs, those of today among them.`),
      h('p', {}, text),
    ],
    fields:
      calls < minCalls
        ? [
            h(
              'label',
              { for: 'canary-force' },
              force,
              ` Also though it has made ${calls} of the ${counted(minCalls, 'call')} that it is judged by`,
            ),
          ]
        : [],
    act: 'Promote',
    work: () =>
      change(
        '/v1/canary/promote',
        'POST',
        force.checked ? { force: true } : {},
        `It answers for ${next} % of the SKUs now.`,
      ),
  });
}

/**
 * @param {CanaryState} canary
 * @param {Change} change
 */
function rollBack(canary, change) {
  const reason = h('input', { id: 'canary-reason', maxlength: 200, placeholder: 'e.g. prices of shoes look odd' });
  confirmDialog({
    title: 'Roll the canary back?',
    text: [
      h(
        'p',
        {},
        `Within two seconds ${askedWords(canary)} is asked for nothing more, and the stable route answers for all SKUs.`,
      ),
    ],
    fields: [h('label', { for: 'canary-reason' }, 'Why'), reason],
    act: 'Roll back',
    kind: 'danger',
    work: () =>
      change('/v1/canary/rollback', 'POST', reason.value ? { reason: reason.value } : {}, 'The canary is rolled back.'),
  });
}

/**
 * @param {CanaryState} canary
 * @param {Change} change
 */
function letAnswer(canary, change) {
  const { percent: share } = canary;
  confirmDialog({
    title: 'Let it answer?',
    text: [
      h(
        'p',
        {},
        `${askedWords(canary)} then answers for the same ${share} % of the SKUs, and its prices go live. From then on it is judged each second.`,
      ),
    ],
    act: 'Let it answer',
    work: () =>
      change('/v1/canary', 'PUT', { percent: share, mode: 'canary' }, `It answers for ${share} % of the SKUs now.`),
  });
}

/**
 * @param {CanaryState} canary
 * @param {Change} change
 */
function end(canary, change) {
  confirmDialog({
    title: 'End the shadow?',
    text: [h('p', {}, `${askedWords(canary)} is asked for nothing more. No price changes.`)],
    act: 'End it',
    work: () => change('/v1/canary', 'PUT', { percent: 0 }, 'The shadow has ended.'),
  });
}
