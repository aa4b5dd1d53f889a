/** @import { App, HeldPrice, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { changeMark } from './changes.js';
import { byId, fill, h, listIn } from './elements.js';
import { time } from './format.js';
import { skuLink } from './sku-link.js';
import { guardrailWords, reasonWords } from './words.js';

/**
 * Prices whose change is so large that a person decides.
 *
 * @param {App} app
 * @returns {Section}
 */
export function held(app) {
  const card = byId('held-card');
  const list = h('ul', { class: 'rows held' });
  fill(byId('held'), list);
  const draw = listIn(
    list,
    ({ sku, jobId }) => `${sku}\t${jobId}`,
    (/** @type {HeldPrice} */ price) => row(app, price),
  );
  return ({ held: prices }) => {
    card.hidden = !prices || prices.length === 0;
    draw(prices ?? []);
  };
}

/**
 * @param {App} app
 * @param {HeldPrice} price
 */
function row(app, { sku, price, currency, previousPrice, changePercent, reason, guardrails, heldAt }) {
  const decide = async (/** @type {'approve' | 'reject'} */ what, /** @type {HTMLButtonElement} */ button) => {
    button.disabled = true;
    try {
      await call(`/v1/prices/${encodeURIComponent(sku)}/${what}`, { method: 'POST', body: { price } });
      app.say(
        what === 'approve' ? `${sku} costs ${price} ${currency} now.` : `${sku} stays at ${previousPrice} ${currency}.`,
      );
      await app.refresh();
    } catch (error) {
      app.say(`${sku}: ${/** @type {Error} */ (error).message}`, 'bad');
      button.disabled = false;
    }
  };
  const approve = h(
    'button',
    { type: 'button', 'aria-label': `Approve ${sku}`, onclick: () => decide('approve', approve) },
    'Approve',
  );
  const reject = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Reject ${sku}`, onclick: () => decide('reject', reject) },
    'Reject',
  );
  const by = guardrails.length > 0 ? `; moved by ${guardrails.map(guardrailWords).join(', ')}` : '';
  const element = h(
    'li',
    {},
    h(
      'div',
      { class: 'grow' },
      h('p', {}, skuLink(sku), ` ${previousPrice} → `, h('b', {}, price), ` ${currency} `, changeMark(changePercent)),
      h('small', {}, `${reasonWords(reason)}${by}, `, time(heldAt)),
    ),
    app.canWrite && h('span', { class: 'buttons' }, approve, reject),
  );
  return { element, update() {} };
}
