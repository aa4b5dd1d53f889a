import { h } from './elements.js';

/**
 * The page's own address of a SKU.
 *
 * @param {string} sku
 */
export function skuHash(sku) {
  return `#/sku/${encodeURIComponent(sku)}`;
}

/**
 * The SKU that an address names; undefined if none.
 *
 * @param {string} hash
 */
export function skuOfHash(hash) {
  const text = /^#\/sku\/(.+)$/.exec(hash)?.[1];
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A link that opens a SKU. @param {string} sku */
export function skuLink(sku) {
  return h('a', { href: skuHash(sku), class: 'sku', title: sku }, sku);
}
