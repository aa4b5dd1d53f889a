/** @import { Section } from './shapes.d.ts' */
import { byId, fill, h, setText } from './elements.js';
import { compact, counted, duration, pace as perSecond, usd } from './format.js';

/**
 * How fast prices come.
 *
 * @returns {Section}
 */
export function pace() {
  const figure = h('p', { class: 'figure' });
  const detail = h('p', { class: 'detail' });
  fill(byId('pace'), figure, detail);
  return ({ stats }) => {
    if (!stats) return;
    setText(figure, `${perSecond(stats.skusPerSecond)} SKU/s`);
    const failed = stats.failed > 0 ? `, ${compact(stats.failed)} failed` : '';
    const each = stats.priced > 0 ? ` ${usd((Number(stats.costUsd) / stats.priced) * 1000)} per 1,000.` : '';
    const wait = stats.gateway.waitMs;
    const waited = wait && wait.p50 >= 1000 ? ` Half waited under ${duration(wait.p50 / 1000)}.` : '';
    setText(
      detail,
      `${counted(stats.priced, 'price', 'prices')}${failed} in ${duration(stats.windowSeconds)}.${each}${waited}`,
    );
  };
}
