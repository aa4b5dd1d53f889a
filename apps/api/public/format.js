import { h } from './elements.js';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/**
 * `12,345`
 * @param {number} n
 */
export function count(n) {
  return whole.format(n);
}

/**
 * `12,345` up to six digits, then `1.2M`.
 * @param {number} n
 */
export function compact(n) {
  return Math.abs(n) < 1e6 ? whole.format(n) : short.format(n);
}

/**
 * `3 packs`, `1 pack`
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function counted(n, one, many = `${one}s`) {
  return `${compact(n)} ${n === 1 ? one : many}`;
}

/**
 * SKU a second: `0`, `0.4`, `312`.
 * @param {number} n
 */
export function pace(n) {
  return n > 0 && n < 10 ? oneDecimal.format(n) : whole.format(n);
}

/**
 * Dollars of a decimal text: `$12.41`; below a cent three digits that count, `$0.00123`.
 * @param {string | number} text
 */
export function usd(text) {
  const n = Number(text);
  if (n === 0 || Math.abs(n) >= 0.01) return `$${cents.format(n)}`;
  return `$${n.toPrecision(3).replace(/0+$/, '')}`;
}

/**
 * `+4.2 %`, `−3 %`
 * @param {number} n
 */
export function change(n) {
  const sign = n > 0 ? '+' : n < 0 ? '−' : '';
  return `${sign}${oneDecimal.format(Math.abs(n))} %`;
}

/**
 * `0.4 %`
 * @param {number} n
 */
export function percent(n) {
  return `${oneDecimal.format(n)} %`;
}

/**
 * `820 ms`, `1.4 s`
 * @param {number} ms
 */
export function latency(ms) {
  return ms < 1000 ? `${whole.format(ms)} ms` : `${oneDecimal.format(ms / 1000)} s`;
}

/**
 * `12 s`, `3 min`, `2 h 5 min`, `3 d`
 * @param {number} seconds
 */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} d`;
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockSeconds = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/**
 * A moment in the viewer's own zone: `14:05`, on other days `20 Nov, 14:05`.
 * @param {string | number} at ISO text or ms since 1970
 */
export function moment(at) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

/**
 * `14:05:09`
 * @param {string | number} at
 */
export function clockTime(at) {
  return clockSeconds.format(new Date(at));
}

/**
 * A moment as an element, in the viewer's own zone, with UTC in its title.
 * @param {string} iso
 */
export function time(iso) {
  const utc = `${iso.replace('T', ' ').replace(/\.\d+Z$|Z$/, '')} UTC`;
  return h('time', { datetime: iso, title: utc }, moment(iso));
}
