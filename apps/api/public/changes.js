/** @import { App, PriceChange, Section } from './shapes.d.ts' */
import { byId, fill, h, listIn } from './elements.js';
import { change, time } from './format.js';
import { skuLink } from './sku-link.js';
import { guardrailWords, reasonWord } from './words.js';

/** Changes shown unless all are asked for. */
const few = 8;

/**
 * Which prices changed most today, from what to what, and why.
 *
 * @param {App} app
 * @returns {Section}
 */
export function changes({ changed }) {
  let shown = few;
  const none = h('p', { class: 'empty' }, 'No price changed today.');
  const rows = h('tbody', {});
  const head = ['SKU', 'Before', 'After', 'Change', 'Why', 'When'].map((name) => h('th', { scope: 'col' }, name));
  const table = h('table', { class: 'stacks' }, h('thead', {}, h('tr', {}, ...head)), rows);
  const region = h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Prices that changed most' },
    table,
  );
  const all = () => {
    shown = Number.POSITIVE_INFINITY;
    changed();
  };
  const more = h('button', { type: 'button', class: 'quiet', onclick: all }, 'Show all');
  fill(byId('changes'), none, region, more);
  const draw = listIn(
    rows,
    ({ sku, pricedAt }) => `${sku}\t${pricedAt}`,
    (/** @type {PriceChange} */ price) => ({
      element: row(price),
      update() {},
    }),
  );
  return ({ stats }) => {
    if (!stats) return;
    const list = stats.topChanges;
    none.hidden = list.length > 0;
    region.hidden = list.length === 0;
    more.hidden = list.length <= shown;
    draw(list.slice(0, shown));
  };
}

/** @param {PriceChange} price */
function row({ sku, previousPrice, price, currency, changePercent, reason, guardrails, pricedAt }) {
  const why = `${reasonWord(reason)}${guardrails.length > 0 ? `; moved by ${guardrails.map(guardrailWords).join(', ')}` : ''}`;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, skuLink(sku)),
    h('td', { class: 'number', 'data-label': 'Before' }, previousPrice),
    h('td', { class: 'number', 'data-label': 'After' }, h('b', {}, price), ` ${currency}`),
    h('td', { class: 'number', 'data-label': 'Change' }, changeMark(changePercent)),
    h('td', { class: 'words', 'data-label': 'Why' }, why),
    h('td', { class: 'number', 'data-label': 'When' }, time(pricedAt)),
  );
}

/** A change with its colour and its sign. @param {number} n */
export function changeMark(n) {
  return h('span', { class: `change ${n > 0 ? 'up' : n < 0 ? 'down' : ''}` }, change(n));
}
