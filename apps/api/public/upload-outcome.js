/** @import { Batch, Rejection, State } from './shapes.d.ts' */
import { firstLines } from './api.js';
import { progressWords } from './batches.js';
import { problemBox } from './dialog.js';
import { fill, h, setAttribute, setText } from './elements.js';
import { counted } from './format.js';

/** Rejected lines that are shown; the file has all. */
const linesShown = 20;

/**
 * What became of a submission: its progress, and the lines that were not taken.
 *
 * @param {Batch} batch as the API answered
 * @param {string} fileName
 */
export function outcome(batch, fileName) {
  const { id, rejected, total, ignoredFields = [] } = batch;
  const status = h('p', { role: 'status' });
  const done = h('span', { class: 'used' });
  const bar = h(
    'div',
    { class: 'meter', role: 'progressbar', 'aria-label': 'Progress', 'aria-valuemin': 0, 'aria-valuemax': 100 },
    done,
  );
  const counts = h('p', { class: 'detail' });
  const lines = h('div', {});
  const results = h(
    'a',
    { class: 'button', href: `/v1/batches/${id}/results?format=csv`, download: `${id}.csv`, hidden: true },
    'Results as CSV',
  );
  const show = (/** @type {Batch} */ now, isFrozen = false) => {
    const share = now.total > 0 ? ((now.total - now.waiting) / now.total) * 100 : 100;
    setText(status, statusWords(now, fileName, isFrozen));
    setText(counts, progressWords(now));
    done.style.width = `${share}%`;
    bar.dataset.state = now.status;
    setAttribute(bar, 'aria-valuenow', Math.floor(share));
    results.hidden = now.status !== 'done' || now.priced === 0;
  };
  if (total !== undefined) show(batch);
  if (rejected > 0) void showRejections(lines, id, rejected);
  return {
    element: h(
      'div',
      { class: 'outcome' },
      status,
      bar,
      counts,
      ...ignoredFields.map(ignored),
      lines,
      h('div', { class: 'buttons' }, results),
    ),
    show: (/** @type {State} */ { batches, freeze }) => {
      const now = batches.find((other) => other.id === id);
      if (now) show(now, freeze?.frozen);
    },
  };
}

/**
 * @param {Batch} batch
 * @param {string} fileName
 * @param {boolean} isFrozen
 */
function statusWords({ status, total, failed, mode }, fileName, isFrozen) {
  const what = `${counted(total, 'SKU')} of ${fileName}`;
  const dry = mode === 'dry-run' ? ' Nothing is published: it is a dry run.' : '';
  if (status === 'cancelled') return `${what}: cancelled.`;
  if (status !== 'done' && isFrozen)
    return `${what} taken. They wait, for Reprice is frozen: no call is made until somebody lets it go on.${dry}`;
  if (status !== 'done') return `${what} taken. This dialog may be closed; the work goes on.${dry}`;
  const bad = failed > 0 ? ` ${counted(failed, 'SKU')} failed: see Failed on the page.` : '';
  return `${what}: done.${bad}${dry}`;
}

/** @param {Batch['ignoredFields'][number]} field */
function ignored({ field, count, didYouMean }) {
  const near = didYouMean ? ` Did you mean ${didYouMean}?` : '';
  return h(
    'p',
    { class: 'banner' },
    `“${field}” means nothing here and was ignored in ${counted(count, 'line')}.${near}`,
  );
}

/**
 * @param {Element} place
 * @param {string} id
 * @param {number} rejected
 */
async function showRejections(place, id, rejected) {
  try {
    const list = /** @type {Rejection[]} */ (
      await firstLines(`/v1/batches/${id}/rejections?format=ndjson`, linesShown)
    );
    const all = h(
      'a',
      { href: `/v1/batches/${id}/rejections?format=csv`, download: `${id}-rejections.csv` },
      'All of them as CSV',
    );
    fill(
      place,
      h('h3', {}, `${counted(rejected, 'line was', 'lines were')} not taken`),
      h('ul', { class: 'rejections' }, ...list.map(rejectionRow)),
      rejected > list.length && h('p', {}, all),
    );
  } catch (error) {
    fill(place, problemBox(error));
  }
}

/** @param {Rejection} rejection */
function rejectionRow({ line, sku, faults }) {
  const why = faults.map(
    ({ field, got, takes, detail }) => detail ?? `${field ? `${field} ` : ''}has ${got}; it takes ${takes}.`,
  );
  return h('li', {}, h('b', {}, `Line ${line}`), sku && ` (${sku})`, `: ${why.join(' ')}`);
}
