/** @import { App, FailedJob, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { problemBox } from './dialog.js';
import { byId, fill, h, listIn, setText } from './elements.js';
import { compact, counted, time } from './format.js';
import { replayDialog } from './replay.js';
import { skuLink } from './sku-link.js';
import { failureWords } from './words.js';

/** Jobs shown of a reason, and SKUs of a job. */
const jobsShown = 5;
const skusShown = 3;

/**
 * What failed, grouped by reason, each with its advice, its newest jobs, and its replay.
 *
 * @param {App} app
 * @returns {Section}
 */
export function failures(app) {
  const none = h('p', { class: 'empty' }, 'Nothing has failed.');
  const groups = h('div', { class: 'groups' });
  const all = h('button', { type: 'button', onclick: () => replayDialog(app, {}, 'all failed jobs') }, 'Replay all…');
  fill(byId('failures'), none, groups, app.canWrite && all);
  const draw = listIn(
    groups,
    ([reason]) => reason,
    (/** @type {[string, number]} */ [reason]) => group(app, reason),
  );
  return ({ stats }) => {
    if (!stats) return;
    const reasons = Object.entries(stats.failedJobs.byReason).filter(([, n]) => n > 0);
    none.hidden = reasons.length > 0;
    all.hidden = reasons.length < 2;
    draw(reasons.sort((a, b) => b[1] - a[1]));
  };
}

/**
 * @param {App} app
 * @param {string} reason
 */
function group(app, reason) {
  const { title, advice } = failureWords(reason);
  const number = h('b', {});
  const jobs = h('div', {});
  const replay = h(
    'button',
    {
      type: 'button',
      'aria-label': `Replay… ${title}`,
      onclick: () => replayDialog(app, { reason }, `what failed as “${title}”`),
    },
    'Replay…',
  );
  const details = h(
    'details',
    {},
    h('summary', {}, h('span', { class: 'grow' }, title), number),
    h('p', { class: 'detail' }, advice),
    jobs,
  );
  const load = async () => {
    if (!details.open) return;
    try {
      const { items } = await call(`/v1/jobs?state=failed&reason=${encodeURIComponent(reason)}&limit=${jobsShown}`);
      fill(jobs, h('ul', { class: 'failed' }, ...items.map(jobRow)));
    } catch (error) {
      fill(jobs, problemBox(error));
    }
  };
  details.addEventListener('toggle', load);
  let shown = -1;
  return {
    element: h('div', {}, details, app.canWrite && replay),
    /** @param {[string, number]} entry */
    update([, n]) {
      setText(number, compact(n));
      if (shown !== -1 && n !== shown) void load();
      shown = n;
    },
  };
}

/** @param {FailedJob} job */
function jobRow({ skus, detail, failedAt, replays }) {
  const more = skus.length > skusShown ? ` and ${skus.length - skusShown} more` : '';
  const again = replays > 0 ? `, replayed ${counted(replays, 'time')} before` : '';
  const links = skus.slice(0, skusShown).flatMap((sku, i) => (i === 0 ? [skuLink(sku)] : [', ', skuLink(sku)]));
  return h(
    'li',
    {},
    h('p', {}, ...links, more),
    h('p', { class: 'words' }, detail),
    h('small', {}, time(failedAt), again),
  );
}
