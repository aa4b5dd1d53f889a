/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. Texts become text nodes and nothing else, so no SKU, title or message is ever taken for markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [attributes] `onclick: fn` listens; null, undefined and false are left out
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * The element of the page with this id.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}.`);
  return element;
}

/**
 * Puts these children in place of all that an element holds.
 *
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/**
 * Sets a text if it differs: screen readers and the layout are left in peace otherwise.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets an attribute if it differs; null removes it.
 *
 * @param {Element} element
 * @param {string} name
 * @param {string | number | null} value
 */
export function setAttribute(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/**
 * Keeps a container's children in step with a list, element by element: what stays is neither made anew nor moved, so it keeps the focus.
 *
 * @template T
 * @param {Element} container
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => { element: Element, update: (item: T) => void }} make
 * @returns {(items: readonly T[]) => void}
 */
export function listIn(container, keyOf, make) {
  /** @type {Map<string, { element: Element, update: (item: T) => void }>} */
  const shown = new Map();
  return (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, { element }] of shown) {
      if (keys.has(key)) continue;
      element.remove();
      shown.delete(key);
    }
    items.forEach((item, index) => {
      const key = keyOf(item);
      const entry = shown.get(key) ?? make(item);
      shown.set(key, entry);
      entry.update(item);
      const there = container.children[index];
      if (there !== entry.element) container.insertBefore(entry.element, there ?? null);
    });
  };
}

/**
 * Calls `draw` only when what it shows has changed.
 *
 * @template T
 * @param {(value: T) => void} draw
 * @returns {(value: T) => void}
 */
export function whenChanged(draw) {
  let last = '';
  return (value) => {
    const now = JSON.stringify(value) ?? '';
    if (now === last) return;
    last = now;
    draw(value);
  };
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children.flat().flatMap((child) => {
    if (child === null || child === undefined || child === false) return [];
    return [child instanceof Node ? child : String(child)];
  });
}
