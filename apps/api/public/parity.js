/** @import { CanaryState, Comparison, Parity } from './shapes.d.ts' */
import { changeMark } from './changes.js';
import { fill, h, setText, whenChanged } from './elements.js';
import { change, compact, counted, percent, usd } from './format.js';
import { sideBySide, timeWords } from './route-table.js';
import { skuLink } from './sku-link.js';
import { reasonWord } from './words.js';

/** How far a price may be off and count as the same, per cent. */
const choices = [0.5, 1, 2, 5, 10];

/**
 * How far a shadow's prices lie from those that went live.
 *
 * @param {() => Promise<void>} ask for what is shown, with the choice as it is now
 */
export function parityPanel(ask) {
  const select = h(
    'select',
    { id: 'parity-within', onchange: () => ask() },
    ...choices.map((value) => h('option', { value, selected: value === 2 }, `${value} %`)),
  );
  const share = h('span', {});
  const figure = h(
    'p',
    { class: 'figure' },
    share,
    ' ',
    h('small', {}, h('label', { for: 'parity-within' }, 'within '), select),
  );
  const detail = h('p', { class: 'detail' });
  const skipped = h('p', { class: 'detail' });
  const figures = h('div', {});
  const differences = h('div', {});
  const worst = h('details', {}, h('summary', {}, 'Furthest apart'));
  const list = h('div', {});
  worst.append(list);
  const found = h('div', {}, figure, detail, figures, differences, worst);
  const element = h('div', { class: 'parity' }, h('h3', {}, 'Its prices beside the live ones'), found, skipped);
  const draw = whenChanged((/** @type {Parity} */ report) => {
    fill(figures, bothFigures(report));
    fill(differences, bars(report));
    fill(list, worstTable(report.worst));
    worst.hidden = report.worst.length === 0;
  });
  return {
    element,
    percent: () => select.value,
    /**
     * @param {CanaryState} canary
     * @param {Parity | null} report
     */
    show(canary, report) {
      // What a canary once did as a shadow stays to be read.
      element.hidden = !report || (canary.mode !== 'shadow' && report.compared === 0);
      if (!report) return;
      const { compared, within, medianDifferencePercent: middle, note } = report;
      found.hidden = report.calls.shadow === 0;
      figure.hidden = within.share === null;
      setText(share, within.share === null ? '' : percent(within.share));
      const median =
        middle === null
          ? ''
          : middle === 0
            ? ' The middle one is the same.'
            : ` The middle one is off by ${change(middle)}.`;
      setText(detail, compared === 0 ? '' : `${counted(compared, 'price')} compared.${median}`);
      const leftOut = Object.values(report.skipped).reduce((sum, n) => sum + n, 0);
      const why = Object.entries(report.skipped).map(
        ([reason, n]) => `${compact(n)} ${skippedWords[reason] ?? reason}`,
      );
      const rest = leftOut === 0 ? '' : `Not asked for ${counted(leftOut, 'SKU')}: ${why.join(', ')}.`;
      setText(skipped, `${note ?? ''} ${rest}`.trim());
      draw(report);
    },
  };
}

/** @type {Readonly<Record<string, string>>} */
const skippedWords = {
  rate: 'for the rate limit',
  budget: 'for the low-priority share of the budget',
  frozen: 'while frozen',
  closed: 'while the day was closed',
  too_large: 'too large a call',
  busy: 'since enough of its calls were under way',
  gateway: 'since the gateway took no call',
  redis: 'since Redis was away',
};

/** @param {Parity} report */
function bothFigures({ calls, errors, asked, invalid, clamped, latencyMs, costUsd, costUsdPerSku }) {
  const share = (/** @type {number} */ part, /** @type {number} */ whole) =>
    whole === 0 ? '–' : percent((part / whole) * 100);
  return sideBySide(
    ['stable', 'shadow'],
    [
      ['Calls', compact(calls.stable), compact(calls.shadow)],
      ['Calls that failed', share(errors.stable, calls.stable), share(errors.shadow, calls.shadow)],
      ['Rows without a valid answer', share(invalid.stable, asked.stable), share(invalid.shadow, asked.shadow)],
      ['Prices moved by a guardrail', share(clamped.stable, asked.stable), share(clamped.shadow, asked.shadow)],
      ['p50 of an answer', timeWords(latencyMs.stable?.p50 ?? null), timeWords(latencyMs.shadow?.p50 ?? null)],
      ['p99 of an answer', timeWords(latencyMs.stable?.p99 ?? null), timeWords(latencyMs.shadow?.p99 ?? null)],
      ['Cost', usd(costUsd.stable), usd(costUsd.shadow)],
      ['Cost of a SKU', usd(costUsdPerSku.stable), usd(costUsdPerSku.shadow)],
    ],
  );
}

/** How the differences lie: a bar a span. @param {Parity} report */
function bars({ histogram, compared }) {
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  return h(
    'ul',
    { class: 'bars', 'aria-label': 'How far the prices are off' },
    ...histogram.map(({ fromPercent, toPercent, count }) => {
      const used = h('span', { class: 'used' });
      used.style.width = `${(count / most) * 100}%`;
      return h(
        'li',
        { class: count === 0 ? 'zero' : '' },
        h('span', {}, spanWords(fromPercent, toPercent)),
        h('span', { class: 'meter', 'aria-hidden': 'true' }, used),
        h('b', {}, compared === 0 ? '' : percent((count / compared) * 100)),
      );
    }),
  );
}

/**
 * @param {number | null} from
 * @param {number | null} to
 */
function spanWords(from, to) {
  if (from === 0 && to === 0) return 'equal';
  if (from === null) return `below ${change(to ?? 0)}`;
  if (to === null) return `above ${change(from)}`;
  const signed = (/** @type {number} */ n) => change(n).replace(' %', '');
  return `${signed(from)} … ${change(to)}`;
}

/** @param {Comparison[]} worst */
function worstTable(worst) {
  const head = ['SKU', 'Live', 'Shadow', 'Off by', 'Why'].map((name, i) =>
    h('th', { scope: 'col', class: i > 0 && i < 4 ? 'number' : '' }, name),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Prices furthest apart' },
    h('table', { class: 'stacks' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...worst.map(worstRow))),
  );
}

/** @param {Comparison} comparison */
function worstRow({ sku, currency, stable, shadow, differencePercent, reasonStable, reasonShadow }) {
  const why =
    reasonStable === reasonShadow
      ? reasonWord(reasonStable)
      : `${reasonWord(reasonStable)}; shadow: ${reasonWord(reasonShadow)}`;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, skuLink(sku)),
    h('td', { class: 'number' }, `${stable} ${currency}`),
    h('td', { class: 'number' }, `${shadow} ${currency}`),
    h('td', { class: 'number' }, changeMark(differencePercent)),
    h('td', { class: 'words' }, why),
  );
}
