import { h, setAttribute, setText } from './elements.js';

/**
 * A gauge: a bar that fills up, with what it says in words.
 *
 * @param {string} label for screen readers
 */
export function meter(label) {
  const used = h('span', { class: 'used' });
  const booked = h('span', { class: 'booked' });
  const mark = h('span', { class: 'mark' });
  const bar = h('div', { class: 'meter', role: 'meter', 'aria-label': label, 'aria-valuemin': 0 }, used, booked, mark);
  const number = h('span', {});
  const small = h('small', {});
  const head = h('p', { class: 'figure' }, number, ' ', small);
  const detail = h('p', { class: 'detail' });
  return {
    element: h('div', {}, head, bar, detail),
    /**
     * @param {{ value: number, limit: number, also?: number, forecast?: number, head: string, unit?: string, detail: string, kind?: string }} shown
     *   `also` comes on top of `value` (reserved), `forecast` is where it will end; a limit of 0 has no bar
     */
    show({ value, limit, also = 0, forecast, head: words, unit = '', detail: more, kind = '' }) {
      setText(number, words);
      setText(small, unit);
      setText(detail, more);
      bar.hidden = limit <= 0;
      if (limit <= 0) return;
      const share = (/** @type {number} */ n) => `${Math.min(100, Math.max(0, (n / limit) * 100))}%`;
      setAttribute(bar, 'aria-valuemax', limit);
      setAttribute(bar, 'aria-valuenow', Math.min(limit, Math.max(0, value + also)));
      setAttribute(bar, 'aria-valuetext', `${words} ${unit}. ${more}`);
      bar.dataset.kind = kind;
      used.style.width = share(value);
      booked.style.width = share(Math.min(also, limit - value));
      mark.hidden = forecast === undefined || forecast > limit;
      if (forecast !== undefined) mark.style.left = share(forecast);
    },
  };
}
