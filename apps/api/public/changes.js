/** @import { PriceChange, Section } from './shapes.d.ts' */
import { byId, fill, h, whenChanged } from './elements.js';
import { change, time } from './format.js';
import { skuLink } from './sku-link.js';
import { guardrailWords, reasonWords } from './words.js';

/**
 * Which prices changed most today, from what to what, and why.
 *
 * @returns {Section}
 */
export function changes() {
  const place = byId('changes');
  const draw = whenChanged((/** @type {PriceChange[]} */ list) => {
    if (list.length === 0) return fill(place, h('p', { class: 'empty' }, 'No price changed today.'));
    const head = ['SKU', 'Before', 'After', 'Change', 'Why', 'When'];
    fill(
      place,
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Prices that changed most' },
        h(
          'table',
          { class: 'stacks' },
          h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
          h('tbody', {}, ...list.map(row)),
        ),
      ),
    );
  });
  return ({ stats }) => {
    if (stats) draw(stats.topChanges);
  };
}

/** @param {PriceChange} price */
function row({ sku, previousPrice, price, currency, changePercent, reason, guardrails, pricedAt }) {
  const why =
    guardrails.length > 0
      ? `${reasonWords(reason)}; moved by ${guardrails.map(guardrailWords).join(', ')}`
      : reasonWords(reason);
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
