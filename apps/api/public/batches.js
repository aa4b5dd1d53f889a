/** @import { App, Batch, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { confirmDialog } from './dialog.js';
import { byId, fill, h, listIn, setAttribute, setText } from './elements.js';
import { compact, counted, duration, time, usd } from './format.js';
import { replayDialog } from './replay.js';

/** Batches shown unless all are asked for. */
const few = 6;

/**
 * The newest batches, with progress, and when each will be done.
 *
 * @param {App} app
 * @returns {Section}
 */
export function batches(app) {
  let shown = few;
  const none = h(
    'p',
    { class: 'empty' },
    app.canWrite ? 'None yet. Drop a CSV, NDJSON or JSON file here.' : 'None yet.',
  );
  const list = h('ul', { class: 'batches' });
  const more = h('button', { type: 'button', class: 'quiet' }, 'Show all');
  more.addEventListener('click', () => {
    shown = Number.POSITIVE_INFINITY;
    app.changed();
  });
  fill(byId('batches'), none, list, more);
  const draw = listIn(
    list,
    ({ id }) => id,
    (/** @type {Batch} */ batch) => row(app, batch),
  );
  return ({ batches: all, stats }) => {
    none.hidden = !stats || all.length > 0;
    more.hidden = all.length <= shown;
    draw(all.slice(0, shown));
  };
}

/**
 * @param {App} app
 * @param {Batch} batch
 */
function row(app, { id, priority, mode, createdAt }) {
  const status = h('span', { class: 'pill' });
  const counts = h('p', { class: 'detail' });
  const done = h('span', { class: 'used' });
  const bad = h('span', { class: 'failed-share' });
  const bar = h(
    'div',
    {
      class: 'meter',
      role: 'progressbar',
      'aria-label': `Progress of batch ${id}`,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    done,
    bad,
  );
  const cancel = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Cancel… ${id}`, onclick: () => cancelDialog(app, id) },
    'Cancel…',
  );
  const replay = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-label': `Replay… ${id}`,
      onclick: () => replayDialog(app, { batch: id }, `what failed of ${id}`),
    },
    'Replay…',
  );
  const results = h('a', { href: `/v1/batches/${id}/results?format=csv`, download: `${id}.csv` }, 'Results');
  const rejections = h(
    'a',
    { href: `/v1/batches/${id}/rejections?format=csv`, download: `${id}-rejections.csv` },
    'Rejected lines',
  );
  const element = h(
    'li',
    {},
    h(
      'div',
      { class: 'batch-head' },
      h('span', { class: `dot ${priority}`, title: `priority ${priority}` }),
      h('code', {}, id),
      status,
      mode === 'dry-run' && h('span', { class: 'pill', title: 'Computes everything and publishes nothing' }, 'dry run'),
      h('small', { class: 'grow' }, `${priority}, `, time(createdAt)),
      h('span', { class: 'buttons' }, rejections, results, app.canWrite && replay, app.canWrite && cancel),
    ),
    bar,
    counts,
  );
  return {
    element,
    /** @param {Batch} batch */
    update(batch) {
      const settled = batch.total - batch.waiting;
      const share = batch.total > 0 ? (settled / batch.total) * 100 : batch.status === 'done' ? 100 : 0;
      setText(status, batch.status);
      status.dataset.state = batch.status;
      setAttribute(bar, 'aria-valuenow', Math.floor(share));
      const failedShare = batch.total > 0 ? (batch.failed / batch.total) * 100 : 0;
      done.style.width = `${share - failedShare}%`;
      bad.style.width = `${failedShare}%`;
      bar.dataset.state = batch.status;
      setText(counts, progressWords(batch));
      cancel.hidden = batch.status !== 'running' && batch.status !== 'receiving';
      replay.hidden = batch.failed === 0 || batch.status === 'cancelled';
      results.hidden = batch.priced + batch.unchanged === 0;
      rejections.hidden = batch.rejected === 0;
    },
  };
}

/**
 * How far a batch is, in words.
 *
 * @param {Batch} batch
 */
export function progressWords(batch) {
  const { status, total, priced, unchanged, held, failed, rejected, waiting, etaSeconds, startsAt, costUsd } = batch;
  const startsInSeconds = startsAt === null ? 0 : (Date.parse(startsAt) - Date.now()) / 1000;
  const ahead = etaSeconds === null ? 'no pace yet' : `done in about ${duration(etaSeconds)}`;
  const parts = [
    `${compact(priced)} of ${compact(total)} priced`,
    unchanged > 0 && `${compact(unchanged)} unchanged`,
    held > 0 && `${compact(held)} held`,
    failed > 0 && `${compact(failed)} failed`,
    rejected > 0 && `${counted(rejected, 'line')} rejected`,
    status === 'cancelled' && waiting > 0 && `${compact(waiting)} never run`,
    usd(costUsd),
    status === 'running' &&
      (startsInSeconds > 0 ? `waits for cheaper hours, begins in ${duration(startsInSeconds)}` : ahead),
  ];
  return parts.filter(Boolean).join(' · ');
}

/**
 * @param {App} app
 * @param {string} id
 */
function cancelDialog({ say, refresh }, id) {
  confirmDialog({
    title: `Cancel batch ${id}?`,
    text: [h('p', {}, 'What is priced stays. What waits is never run; submit it again if you need it after all.')],
    act: 'Cancel the batch',
    kind: 'danger',
    async work() {
      await call(`/v1/batches/${id}/cancel`, { method: 'POST' });
      say(`Batch ${id} is cancelled.`);
      await refresh();
    },
  });
}
