/** @import { App } from './shapes.d.ts' */
import { byId, fill, h } from './elements.js';
import { skuHash } from './sku-link.js';

/**
 * The search for a SKU; `/` goes there from anywhere.
 *
 * @param {App} app
 */
export function search({ state }) {
  const input = /** @type {HTMLInputElement} */ (byId('search-sku'));
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault();
    const sku = input.value.trim();
    if (sku === '') return;
    // The same SKU again is opened again.
    if (location.hash === skuHash(sku)) dispatchEvent(new HashChangeEvent('hashchange'));
    else location.hash = skuHash(sku);
  });
  input.addEventListener('focus', () => {
    const known = new Set([...(state.held ?? []), ...(state.stats?.topChanges ?? [])].map(({ sku }) => sku));
    fill(byId('search-known'), ...[...known].map((sku) => h('option', { value: sku })));
  });
  addEventListener('keydown', (event) => {
    const at = /** @type {Element | null} */ (event.target);
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (at?.closest('input, textarea, select, dialog')) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
