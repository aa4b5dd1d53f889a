/** @import { RouteFigures } from './shapes.d.ts' */
import { h } from './elements.js';
import { compact, latency, percent, usd } from './format.js';

/**
 * What both routes did since the canary began, beside each other.
 *
 * @param {{ stable: RouteFigures, canary: RouteFigures }} routes
 */
export function routeTable({ stable, canary }) {
  return sideBySide(
    ['stable', 'canary'],
    [
      ['Calls', compact(stable.calls), compact(canary.calls)],
      ['Calls that failed', percent(stable.errorPercent), percent(canary.errorPercent)],
      ['SKUs', compact(stable.skus), compact(canary.skus)],
      ['Rows without a valid answer', percent(stable.invalidPercent), percent(canary.invalidPercent)],
      ['Prices moved by a guardrail', percent(stable.clampPercent), percent(canary.clampPercent)],
      ['p99 of an answer', timeWords(stable.p99Ms), timeWords(canary.p99Ms)],
      ['Cost of a SKU', usd(stable.costUsdPerSku), usd(canary.costUsdPerSku)],
    ],
  );
}

/** @param {number | null} ms */
export function timeWords(ms) {
  return ms === null ? '–' : latency(ms);
}

/**
 * A table of figures of two routes.
 *
 * @param {[string, string]} routes
 * @param {[name: string, first: string, second: string][]} rows
 */
export function sideBySide(routes, rows) {
  const head = routes.map((name) => h('th', { scope: 'col', class: 'number' }, name));
  return h(
    'table',
    {},
    h('caption', { class: 'hidden' }, `Figures of ${routes.join(' and ')}`),
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Route'), ...head)),
    h(
      'tbody',
      {},
      ...rows.map(([name, ...cells]) =>
        h('tr', {}, h('th', { scope: 'row' }, name), ...cells.map((cell) => h('td', { class: 'number' }, cell))),
      ),
    ),
  );
}
