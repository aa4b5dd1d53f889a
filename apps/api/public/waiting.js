/** @import { PriorityName, Section } from './shapes.d.ts' */
import { byId, fill, h, setText } from './elements.js';
import { compact, counted, duration } from './format.js';
import { priorities } from './headline.js';

/**
 * What waits, by priority, and for how long.
 *
 * @returns {Section}
 */
export function waiting() {
  const rows = priorities.map((priority) => ({ priority, ...row(priority) }));
  const detail = h('p', { class: 'detail' });
  const table = h(
    'table',
    {},
    h('caption', { class: 'hidden' }, 'Packs that wait, by priority'),
    h('thead', {}, h('tr', {}, ...['Priority', 'Packs', 'Oldest'].map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, ...rows.map(({ element }) => element)),
  );
  fill(byId('waiting'), table, detail);
  return ({ stats }) => {
    if (!stats) return;
    const { waiting: packs, oldestWaitingSeconds, active, delayed, maxJobs } = stats.queue;
    for (const { priority, show } of rows) show(packs[priority], oldestWaitingSeconds[priority]);
    const later = delayed > 0 ? ` ${counted(delayed, 'pack is', 'packs are')} to be tried again later.` : '';
    setText(detail, `${compact(active)} in flight.${later} The queue takes ${compact(maxJobs)} packs.`);
  };
}

/** @param {PriorityName} priority */
function row(priority) {
  const packs = h('td', { class: 'number' });
  const oldest = h('td', { class: 'number' });
  const element = h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('span', { class: `dot ${priority}`, 'aria-hidden': 'true' }), priority),
    packs,
    oldest,
  );
  return {
    element,
    /**
     * @param {number} n
     * @param {number | null} seconds
     */
    show(n, seconds) {
      setText(packs, compact(n));
      setText(oldest, seconds === null ? '–' : duration(seconds));
      element.classList.toggle('zero', n === 0);
    },
  };
}
