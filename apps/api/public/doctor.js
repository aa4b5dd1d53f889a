/** @import { App } from './shapes.d.ts' */
import { call } from './api.js';
import { openDialog, problemBox } from './dialog.js';
import { byId, fill, h } from './elements.js';

/** @typedef {{ id: string, state: 'ok' | 'warning' | 'failed', detail: string, advice?: string }} Finding */

/**
 * A check-up for admins: all that the work needs, looked at anew, and what to do.
 *
 * @param {App} app
 */
export function doctor({ canAdmin }) {
  if (!canAdmin) return;
  byId('actions').prepend(h('button', { type: 'button', class: 'quiet', onclick: examine }, 'Check-up'));
}

async function examine() {
  const { body } = openDialog('Check-up', [h('p', { class: 'empty', role: 'status' }, 'Looking…')], { kind: 'small' });
  try {
    const { checks } = await call('/v1/doctor');
    fill(body, h('ul', { class: 'findings' }, ...worstFirst(checks).map(finding)));
  } catch (error) {
    fill(body, problemBox(error));
  }
}

/** @param {Finding[]} checks */
function worstFirst(checks) {
  const order = ['failed', 'warning', 'ok'];
  return checks.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

const words = { ok: 'in order', warning: 'worth a look', failed: 'broken' };

/** @param {Finding} finding */
function finding({ id, state, detail, advice }) {
  return h(
    'li',
    {},
    h('span', {
      class: `dot ${{ ok: 'good', warning: 'high', failed: 'critical' }[state]}`,
      role: 'img',
      'aria-label': words[state],
    }),
    h('div', {}, h('b', {}, id), h('p', {}, detail), advice && h('p', { class: 'detail' }, advice)),
  );
}
