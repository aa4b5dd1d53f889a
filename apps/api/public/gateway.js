/** @import { Section } from './shapes.d.ts' */
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { compact, counted, latency, percent } from './format.js';
import { outcomeWords } from './words.js';

/**
 * How the gateway answers: latency, and what went wrong.
 *
 * @returns {Section}
 */
export function gateway() {
  const number = h('span', {});
  const unit = h('small', {});
  const figure = h('p', { class: 'figure' }, number, ' ', unit);
  const detail = h('p', { class: 'detail' });
  const kinds = h('ul', { class: 'facts' });
  fill(byId('gateway'), figure, detail, kinds);
  const drawKinds = whenChanged((/** @type {[string, number][]} */ list) => {
    fill(
      kinds,
      list.map(([kind, n]) => h('li', {}, h('span', {}, outcomeWords(kind)), h('b', {}, compact(n)))),
    );
  });
  return ({ stats }) => {
    if (!stats) return;
    const { calls, errorPercent, latencyMs, firstByteMs } = stats.gateway;
    const total = Object.values(calls).reduce((sum, n) => sum + n, 0);
    setText(number, latencyMs ? latency(latencyMs.p50) : '–');
    setText(unit, latencyMs ? 'p50' : '');
    if (!latencyMs) setText(detail, 'No call in the last minutes.');
    else {
      const first = firstByteMs ? `, first byte ${latency(firstByteMs.p50)}` : '';
      setText(
        detail,
        `p99 ${latency(latencyMs.p99)}${first}. ${counted(total, 'call')}, ${percent(errorPercent)} failed.`,
      );
    }
    drawKinds(
      Object.entries(calls)
        .filter(([kind, n]) => kind !== 'complete' && n > 0)
        .sort((a, b) => b[1] - a[1]),
    );
  };
}
