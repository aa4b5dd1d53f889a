/** @import { App, PastPrice, Price, Why } from './shapes.d.ts' */
import { ApiProblem, call } from './api.js';
import { changeMark } from './changes.js';
import { openDialog, problemBox } from './dialog.js';
import { fill, h } from './elements.js';
import { percent, time, usd } from './format.js';
import { historyPart } from './history.js';
import { skuOfHash } from './sku-link.js';
import { whyPart } from './why.js';

/** How often an open SKU is asked for anew, in ms. */
const againMs = 4000;

/**
 * The panel of one SKU: its live price, why it is so, and how it came there. It has an address of its own, `#/sku/…`.
 *
 * @param {App} app
 */
export function skuPanel(app) {
  /** @type {HTMLDialogElement | undefined} */
  let open;
  const show = () => {
    const sku = skuOfHash(location.hash);
    open?.close();
    open = sku === undefined ? undefined : openPanel(app, sku);
  };
  addEventListener('hashchange', show);
  show();
}

/**
 * @param {App} app
 * @param {string} sku
 */
function openPanel(app, sku) {
  const price = h('div', { 'aria-live': 'polite' }, h('p', { class: 'empty' }, 'Loading…'));
  const why = h('div', {});
  const past = h('div', {});
  const path = `/v1/prices/${encodeURIComponent(sku)}`;
  let shown = '';
  const load = async () => {
    try {
      const live = /** @type {Price} */ (await call(path));
      if (`${live.revision}` === shown) return;
      shown = `${live.revision}`;
      fill(price, hero(live));
      await Promise.all([
        part(why, async () => whyPart(/** @type {Why} */ (await call(`${path}/why`)), true)),
        part(past, async () => {
          const { items } = await call(`${path}/history?limit=100`);
          return historyPart(app, sku, /** @type {PastPrice[]} */ (items), { again, explain });
        }),
      ]);
    } catch (error) {
      shown = '';
      fill(price, error instanceof ApiProblem && error.status === 404 ? unknown() : problemBox(error));
      fill(why);
      fill(past);
    }
  };
  const again = () => {
    shown = '';
    return load();
  };
  const explain = async (/** @type {number} */ revision) => {
    const isLive = `${revision}` === shown;
    await part(why, async () => whyPart(/** @type {Why} */ (await call(`${path}/why?revision=${revision}`)), isLive));
    why.querySelector('h3')?.focus();
    why.scrollIntoView({ block: 'nearest' });
  };
  const timer = setInterval(load, againMs);
  const { dialog } = openDialog(sku, [price, why, past], {
    kind: 'drawer',
    onclose() {
      clearInterval(timer);
      if (skuOfHash(location.hash) === sku) history.replaceState(null, '', location.pathname);
    },
  });
  void load();
  return dialog;
}

/**
 * Fills a part; one that cannot be had tells why and leaves the others alone.
 *
 * @param {Element} place
 * @param {() => Promise<Node>} make
 */
async function part(place, make) {
  try {
    fill(place, await make());
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) fill(place, h('p', { class: 'empty' }, error.message));
    else fill(place, problemBox(error));
  }
}

function unknown() {
  return h(
    'div',
    { class: 'banner' },
    h('strong', {}, 'This SKU has no price'),
    h('p', {}, 'It was never submitted under this name, or is not priced yet. SKUs are told apart by case.'),
  );
}

/** @param {Price} price */
function hero({
  price,
  currency,
  previousPrice,
  changePercent,
  source,
  strategy,
  confidence,
  model,
  route,
  costUsd,
  revision,
  pricedAt,
  batchId,
}) {
  const by = source === 'model' ? (model ?? 'a model') : source === 'rules' ? 'the rules engine' : 'a person';
  const facts = [
    `by ${by}`,
    route === 'canary' && 'canary route',
    `strategy ${strategy}`,
    confidence !== undefined && `confidence ${percent(confidence * 100)}`,
    `cost ${usd(costUsd)}`,
    `revision ${revision}`,
    batchId && `batch ${batchId}`,
  ];
  return h(
    'div',
    { class: 'hero' },
    h('p', { class: 'price' }, price, ' ', h('small', {}, currency)),
    previousPrice !== undefined &&
      h(
        'p',
        {},
        `before ${previousPrice} `,
        changePercent !== undefined && (changePercent === 0 ? '(unchanged)' : changeMark(changePercent)),
      ),
    h('p', { class: 'detail' }, facts.filter(Boolean).join(' · '), ' · ', time(pricedAt)),
  );
}
