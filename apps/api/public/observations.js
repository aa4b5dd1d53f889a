/** @import { Section } from './shapes.d.ts' */
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { compact, counted, pace, percent } from './format.js';
import { repricingWords, skippedWords } from './observation-words.js';

/**
 * What the market told, what of it is repriced and why, and what cost no call.
 *
 * @returns {Section}
 */
export function observations() {
  const card = byId('observations-card');
  const number = h('span', {});
  const figure = h('p', { class: 'figure' }, number, ' ', h('small', {}, 'a second'));
  const detail = h('p', { class: 'detail' });
  const repriced = group('Repriced because of');
  const spared = group('No call of their own');
  const rest = h('p', { class: 'detail' });
  fill(byId('observations'), figure, detail, repriced.element, spared.element, rest);
  return ({ stats }) => {
    const told = stats?.observations;
    card.hidden = !told || told.accepted + told.stale + told.dirty === 0;
    if (!stats || !told) return;
    const { accepted, stale, repricing, repricingBecause, skipped, dirty } = told;
    const without = Object.values(skipped).reduce((sum, n) => sum + n, 0);
    const each = accepted / stats.windowSeconds;
    setText(number, each > 0 && each < 0.05 ? '< 0.1' : pace(each));
    const share = repricing + without === 0 ? '' : ` ${percent((without / (repricing + without)) * 100)} cost no call.`;
    setText(detail, `${compact(accepted)} accepted.${share}`);
    repriced.show(Object.entries(repricingBecause), repricingWords);
    spared.show(Object.entries(skipped), skippedWords);
    const late = stale > 0 ? ` ${counted(stale, 'came', 'came')} too late and changed nothing.` : '';
    setText(rest, `${counted(dirty, 'SKU waits', 'SKUs wait')} to be packed.${late}`);
  };
}

/** Figures by name under a heading; hidden while there are none. @param {string} title */
function group(title) {
  const list = h('ul', { class: 'facts' });
  const element = h('div', {}, h('h3', {}, title), list);
  const draw = whenChanged((/** @type {[string, number][]} */ entries) => {
    fill(
      list,
      entries.map(([words, n]) => h('li', {}, h('span', {}, words), h('b', {}, compact(n)))),
    );
  });
  return {
    element,
    /**
     * @param {[string, number][]} entries
     * @param {(code: string) => string} words
     */
    show(entries, words) {
      const some = entries.filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
      element.hidden = some.length === 0;
      draw(some.map(([code, n]) => [words(code), n]));
    },
  };
}
