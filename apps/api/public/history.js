/** @import { App, PastPrice } from './shapes.d.ts' */
import { call } from './api.js';
import { changeMark } from './changes.js';
import { lineChart } from './chart.js';
import { confirmDialog } from './dialog.js';
import { h } from './elements.js';
import { counted, time } from './format.js';
import { reasonWord } from './words.js';

/**
 * The prices that a SKU has had, as a small chart and as a table, each with a way back to it.
 *
 * @param {App} app
 * @param {string} sku
 * @param {PastPrice[]} items the newest first
 * @param {{ again: () => Promise<void>, explain: (revision: number) => Promise<void> }} acts what is to be done after a rollback, and when
 *   somebody wants to know why a price was so
 */
export function historyPart(app, sku, items, acts) {
  const place = h('div', {});
  if (items.length > 1) draw(place, items);
  const head = ['Price', 'Change', 'Why', 'When', ...(app.canWrite ? ['Back'] : [])];
  return h(
    'section',
    {},
    h('h3', {}, 'History'),
    place,
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Prices of ${sku}` },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
        h(
          'tbody',
          {},
          ...items.map((item, index) =>
            row(app, sku, item, { isLive: index === 0, isAsNow: item.price === items[0]?.price }, acts),
          ),
        ),
      ),
    ),
  );
}

/**
 * @param {Element} place
 * @param {PastPrice[]} items
 */
function draw(place, items) {
  const oldest = [...items].reverse();
  const currency = items[0]?.currency ?? '';
  const decimals = /\.(\d+)$/.exec(items[0]?.price ?? '')?.[1]?.length ?? 0;
  const chart = lineChart(place, {
    height: 140,
    lines: [{ label: 'price', colour: '--accent', steps: true }],
    format: (n) => n.toFixed(decimals),
    isTimeOnly: false,
  });
  const seconds = oldest.map(({ pricedAt }) => Date.parse(pricedAt) / 1000);
  const prices = oldest.map(({ price }) => Number(price));
  const label = `${counted(items.length, 'price')}, from ${oldest[0]?.price} to ${items[0]?.price} ${currency}`;
  // The chart takes the width of its place, which it has once it is on the page.
  requestAnimationFrame(() => chart.show(seconds, [prices], label));
}

/**
 * @param {App} app
 * @param {string} sku
 * @param {PastPrice} item
 * @param {{ isLive: boolean, isAsNow: boolean }} against the live price
 * @param {{ again: () => Promise<void>, explain: (revision: number) => Promise<void> }} acts
 */
function row(
  app,
  sku,
  { revision, price, currency, changePercent, source, reason, pricedAt },
  { isLive, isAsNow },
  { again, explain },
) {
  const words = source === 'manual' ? 'by hand' : reason ? reasonWord(reason) : source;
  const label = `${words}: why it was ${price} ${currency} (revision ${revision})`;
  const why = h(
    'button',
    { type: 'button', class: 'link', 'aria-label': label, onclick: () => explain(revision) },
    words,
  );
  const back = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-label': `Back to it… (${price} ${currency}, revision ${revision})`,
      onclick: ask,
    },
    'Back to it…',
  );
  function ask() {
    confirmDialog({
      title: `Back to ${price} ${currency}?`,
      text: [
        h(
          'p',
          {},
          `${sku} gets the price of revision ${revision} again, as a revision of its own, if today’s guardrails let it.`,
        ),
      ],
      act: 'Publish it',
      async work() {
        const live = await call(`/v1/prices/${encodeURIComponent(sku)}/rollback`, {
          method: 'POST',
          body: { revision },
        });
        app.say(`${sku} costs ${live.price} ${live.currency} now.`);
        await again();
      },
    });
  }
  return h(
    'tr',
    {},
    h('td', { class: 'number' }, isLive ? h('b', {}, price) : price),
    h('td', { class: 'number' }, changePercent === undefined ? '–' : changeMark(changePercent)),
    h('td', {}, why),
    h('td', {}, time(pricedAt)),
    app.canWrite && h('td', {}, isLive ? 'live' : isAsNow ? 'the same' : back),
  );
}
