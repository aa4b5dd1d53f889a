/** @import { Section, Series } from './shapes.d.ts' */
import { lineChart } from './chart.js';
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { clockTime, compact, latency, pace, usd } from './format.js';

/**
 * One way to look at the last hour.
 *
 * @typedef {object} View
 * @property {string} name
 * @property {import('./chart.js').Line[]} lines
 * @property {(n: number) => string} format
 * @property {(series: Series) => (number | null)[][]} values
 */

/** The minute that runs is only as long as it is old: at least this many seconds. */
const youngestSeconds = 5;

/** @type {View[]} */
const views = [
  {
    name: 'SKU/s',
    lines: [
      { label: 'priced', colour: '--accent', area: true },
      { label: 'failed', colour: '--bad' },
    ],
    format: (n) => `${pace(n)}/s`,
    values: (series) => [perSecond(series, series.priced), perSecond(series, series.failed)],
  },
  {
    name: 'Calls',
    lines: [
      { label: 'calls', colour: '--accent', area: true },
      { label: 'errors', colour: '--bad' },
    ],
    format: compact,
    values: ({ calls, errors }) => [calls, errors],
  },
  {
    name: 'Latency',
    lines: [
      { label: 'p50', colour: '--accent' },
      { label: 'p99', colour: '--warn' },
    ],
    format: latency,
    values: ({ latencyP50Ms, latencyP99Ms }) => [latencyP50Ms, latencyP99Ms],
  },
  {
    name: 'Cost',
    lines: [{ label: 'dollars a minute', colour: '--accent', area: true }],
    format: usd,
    values: ({ costUsd }) => [costUsd.map(Number)],
  },
];

/**
 * The last hour, minute by minute: speed, calls, latency or cost.
 *
 * @returns {Section}
 */
export function hour() {
  let chosen = /** @type {View} */ (views[0]);
  /** @type {Series | null} */
  let series = null;
  const place = h('div', {});
  const readout = h('p', { class: 'detail readout' });
  const rows = h('tbody', {});
  const headings = h('tr', {});
  const table = h('table', {}, h('caption', { class: 'hidden' }, 'Minute by minute'), h('thead', {}, headings), rows);
  const figures = h(
    'details',
    { class: 'figures' },
    h('summary', {}, 'As a table'),
    h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'The chart as a table' }, table),
  );
  fill(byId('hour'), place, readout, figures);
  figures.addEventListener('toggle', () => drawTable());
  fill(byId('hour-choice'), choice());

  /** @type {ReturnType<typeof lineChart>} */
  let chart;
  function choose(/** @type {View} */ view) {
    chosen = view;
    chart = lineChart(place, { height: 220, lines: view.lines, format: view.format, describe: tell });
    draw();
  }

  function choice() {
    const buttons = views.map((view, index) => {
      const id = `hour-view-${index}`;
      const input = h('input', {
        type: 'radio',
        name: 'hour-view',
        id,
        checked: index === 0,
        onchange: () => choose(view),
      });
      return [input, h('label', { for: id }, view.name)];
    });
    return h(
      'fieldset',
      { class: 'segments' },
      h('legend', { class: 'hidden' }, 'What the chart shows'),
      ...buttons.flat(),
    );
  }

  function draw() {
    if (!series) return;
    const values = chosen.values(series);
    chart.show(minutes(series), values, `${chosen.name}, minute by minute. ${summary(values)}`);
    tell(null);
    drawTable();
  }

  /** @param {(number | null)[][]} values */
  function summary(values) {
    return chosen.lines
      .map(({ label }, i) => {
        const known = (values[i] ?? []).filter((n) => n !== null);
        const last = known.at(-1);
        if (last === undefined) return `No ${label} yet.`;
        return `${label}: now ${chosen.format(last)}, highest ${chosen.format(Math.max(...known))}.`;
      })
      .join(' ');
  }

  /** What the chart shows at a point, or now. @param {number | null} index */
  function tell(index) {
    if (!series) return;
    const seconds = minutes(series);
    const at = index ?? seconds.length - 1;
    const values = chosen.values(series);
    const when = index === null ? 'Now' : clockTime((seconds[at] ?? 0) * 1000);
    const said = chosen.lines.map(({ label, colour }, i) =>
      h('span', { class: `key ${colour.slice(2)}` }, `${label} ${shown(values[i]?.[at])}`),
    );
    fill(readout, `${when} `, ...said);
  }

  function drawTable() {
    if (!figures.open || !series) return;
    const values = chosen.values(series);
    fill(
      headings,
      ...['Minute', ...chosen.lines.map(({ label }) => label)].map((name) => h('th', { scope: 'col' }, name)),
    );
    const all = minutes(series).map((second, i) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, clockTime(second * 1000)),
        ...values.map((line) => h('td', { class: 'number' }, shown(line[i]))),
      ),
    );
    fill(rows, ...all.reverse());
  }

  /** @param {number | null | undefined} n */
  const shown = (n) => (n === null || n === undefined ? '–' : chosen.format(n));

  choose(chosen);
  const title = byId('hour-title');
  const redraw = whenChanged((/** @type {Series} */ now) => {
    series = withoutSilence(now);
    const length = series.priced.length;
    setText(title, length < now.priced.length ? `Last ${length} minutes` : 'Last hour');
    draw();
  });
  return (state) => {
    if (state.series) redraw(state.series);
  };
}

/** Of a Reprice that was started a while ago, only what came since: but at least this many steps. */
const fewestSteps = 10;

/**
 * The series without the steps before anything happened.
 *
 * @param {Series} series
 * @returns {Series}
 */
function withoutSilence(series) {
  const { priced, failed, calls, errors, from, stepSeconds } = series;
  const first = calls.findIndex(
    (n, i) => n > 0 || (errors[i] ?? 0) > 0 || (priced[i] ?? 0) > 0 || (failed[i] ?? 0) > 0,
  );
  const cut = Math.min(first === -1 ? calls.length : Math.max(0, first - 1), calls.length - fewestSteps);
  if (cut <= 0) return series;
  return {
    stepSeconds,
    from: new Date(Date.parse(from) + cut * stepSeconds * 1000).toISOString(),
    priced: priced.slice(cut),
    failed: failed.slice(cut),
    calls: calls.slice(cut),
    errors: errors.slice(cut),
    costUsd: series.costUsd.slice(cut),
    latencyP50Ms: series.latencyP50Ms.slice(cut),
    latencyP99Ms: series.latencyP99Ms.slice(cut),
  };
}

/** When each step began, in seconds since 1970. @param {Series} series */
function minutes({ from, stepSeconds, priced }) {
  const first = Date.parse(from) / 1000;
  return priced.map((_, i) => first + i * stepSeconds);
}

/**
 * @param {Series} series
 * @param {number[]} counts
 */
function perSecond({ from, stepSeconds }, counts) {
  const lastBegan = Date.parse(from) / 1000 + (counts.length - 1) * stepSeconds;
  const age = Math.max(youngestSeconds, Math.min(stepSeconds, Date.now() / 1000 - lastBegan));
  return counts.map((n, i) => n / (i === counts.length - 1 ? age : stepSeconds));
}
