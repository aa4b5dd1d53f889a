/** @import { Section, WorkerSeen } from './shapes.d.ts' */
import { byId, fill, h, listIn, setText } from './elements.js';
import { counted, duration } from './format.js';

/**
 * Which workers are alive.
 *
 * @returns {Section}
 */
export function workers() {
  const none = h('p', { class: 'empty' }, 'None is alive. Start one with ', h('code', {}, 'npm run worker'), '.');
  const list = h('ul', { class: 'rows' });
  fill(byId('workers'), none, list);
  const draw = listIn(list, ({ id }) => id, make);
  return ({ stats }) => {
    if (!stats) return;
    none.hidden = stats.workers.length > 0;
    draw(stats.workers);
  };
}

/** @param {WorkerSeen} worker */
function make({ host, pid, since }) {
  const calls = h('span', { class: 'aside' });
  const up = h('small', {});
  const element = h(
    'li',
    {},
    h('span', { class: 'dot good', 'aria-hidden': 'true' }),
    h('span', { class: 'grow' }, `${host} `, up),
    calls,
  );
  return {
    element,
    /** @param {WorkerSeen} worker */
    update(worker) {
      setText(up, `pid ${pid}, up ${duration((Date.now() - Date.parse(since)) / 1000)}`);
      setText(calls, worker.calls === undefined ? '' : `${counted(worker.calls, 'call')}`);
    },
  };
}
