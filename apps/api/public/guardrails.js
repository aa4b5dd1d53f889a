/** @import { Section } from './shapes.d.ts' */
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { compact, counted } from './format.js';
import { guardrailWords } from './words.js';

/**
 * How often each guardrail moved a price.
 *
 * @returns {Section}
 */
export function guardrails() {
  const list = h('ul', { class: 'facts' });
  const detail = h('p', { class: 'detail' });
  fill(byId('guardrails'), list, detail);
  const draw = whenChanged((/** @type {[string, number][]} */ entries) => {
    fill(
      list,
      entries.map(([name, n]) => h('li', {}, h('span', {}, guardrailWords(name)), h('b', {}, compact(n)))),
    );
  });
  return ({ stats }) => {
    if (!stats) return;
    const entries = Object.entries(stats.guardrails).filter(([, n]) => n > 0);
    draw(entries.sort((a, b) => b[1] - a[1]));
    const moved = entries.length === 0 ? 'None moved a price.' : '';
    const splits = stats.splits > 0 ? ` ${counted(stats.splits, 'pack was', 'packs were')} asked again, smaller.` : '';
    setText(detail, `${moved}${splits}`.trim());
  };
}
