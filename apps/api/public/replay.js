/** @import { App, Replay } from './shapes.d.ts' */
import { call } from './api.js';
import { confirmDialog } from './dialog.js';
import { h } from './elements.js';
import { counted, usd } from './format.js';

/**
 * Asks what a replay would do and cost, and does it once a person agrees.
 *
 * @param {App} app
 * @param {{ reason?: string, batch?: string }} filter
 * @param {string} what
 */
export async function replayDialog(app, filter, what) {
  const { say } = app;
  /** @type {Replay} */
  let preview;
  try {
    preview = await replay({ ...filter, dryRun: true });
  } catch (error) {
    return say(`The replay cannot be told: ${/** @type {Error} */ (error).message}`, 'bad');
  }
  const runnable = preview.matched - preview.gone;
  if (runnable === 0) {
    const why = preview.gone > 0 ? ': their batches are gone or cancelled' : '';
    return say(`Nothing of it can run again${why}.`, 'bad');
  }
  const gone =
    preview.gone > 0 ? ` ${counted(preview.gone, 'job')} more cannot run again: their batch is gone or cancelled.` : '';
  confirmDialog({
    title: `Replay ${what}?`,
    text: [
      h('p', {}, h('b', {}, counted(runnable, 'job')), ', at most ', h('b', {}, usd(preview.worstCaseUsd)), `.${gone}`),
      h(
        'p',
        { class: 'detail' },
        'They run against today’s snapshots, each with its priority. Budget and rate limits hold.',
      ),
    ],
    act: 'Replay',
    async work() {
      const done = await replay({ ...filter, asOf: preview.asOf });
      const left =
        done.remaining > 0 ? ` ${counted(done.remaining, 'job is', 'jobs are')} left: replay once more.` : '';
      say(`${counted(done.replayed, 'job runs', 'jobs run')} again.${left}`);
      await app.refresh();
    },
  });
}

/**
 * @param {object} body
 * @returns {Promise<Replay>}
 */
function replay(body) {
  return call('/v1/jobs/replay', { method: 'POST', body });
}
