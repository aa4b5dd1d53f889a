import { fill, h } from './elements.js';
import { moment } from './format.js';

/** @typedef {import('uplot')} Plot */
/** @typedef {{ label: string, colour: string, area?: boolean, steps?: boolean, dashed?: boolean }} Line */

/** uPlot, loaded as a script of its own. @type {typeof import('uplot')} */
const uPlot = Reflect.get(globalThis, 'uPlot');

const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * A chart of lines over time, in the colours of the page. A picture to screen readers: `label` says what it shows.
 *
 * @param {Element} place
 * @param {{ height: number, lines: Line[], format: (n: number) => string, describe?: (index: number | null) => void, isTimeOnly?: boolean }} options
 *   `describe` hears over which point the pointer is; null = over none
 */
export function lineChart(place, { height, lines, format, describe, isTimeOnly = true }) {
  const box = h('div', { class: 'chart', role: 'img' });
  fill(place, box);
  /** @type {Plot | undefined} */
  let plot;
  /** @type {import('uplot').AlignedData} */
  let data = [[], ...lines.map(() => [])];

  const colour = (/** @type {string} */ name) => {
    box.style.color = `var(${name})`;
    const found = getComputedStyle(box).color;
    box.style.color = '';
    return found;
  };
  const faint = (/** @type {string} */ rgb) => rgb.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)');

  function draw() {
    plot?.destroy();
    plot = undefined;
    const width = box.clientWidth;
    if (width === 0) return;
    const [muted, grid] = [colour('--muted'), colour('--line')];
    const font = '11px system-ui, sans-serif';
    const axis = { stroke: muted, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    plot = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
        scales: { y: { range: (_, low, high) => rangeOf(low, high, isTimeOnly) } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            space: isTimeOnly ? 60 : 110,
            size: 28,
            values: (_, ticks) => ticks.map(isTimeOnly ? hourAndMinute : (seconds) => moment(seconds * 1000)),
          },
          { ...axis, size: 56, space: 32, values: (_, ticks) => ticks.map(format) },
        ],
        series: [
          {},
          ...lines.map(({ label, colour: name, area, steps, dashed }) => ({
            label,
            stroke: colour(name),
            width: 1.75,
            points: { show: false },
            spanGaps: false,
            ...(dashed && { dash: [4, 4] }),
            ...(area && { fill: faint(colour(name)) }),
            ...(steps && {
              paths: /** @type {any} */ (uPlot.paths).stepped({ align: 1 }),
              points: { show: true, size: 5 },
            }),
          })),
        ],
        hooks: describe ? { setCursor: [(chart) => describe(chart.cursor.idx ?? null)] } : {},
      },
      data,
      box,
    );
  }

  let width = 0;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    draw();
  }).observe(box);
  dark.addEventListener('change', draw);

  return {
    /**
     * @param {number[]} seconds since 1970
     * @param {(number | null)[][]} values of each line
     * @param {string} label what it shows, in words
     */
    show(seconds, values, label) {
      data = [seconds, ...values];
      box.setAttribute('aria-label', label);
      if (plot) plot.setData(data);
      else draw();
    },
  };
}

/**
 * From 0 for what is counted, around its values for a price.
 *
 * @param {number | null} low
 * @param {number | null} high
 * @param {boolean} fromZero
 * @returns {[number, number]}
 */
function rangeOf(low, high, fromZero) {
  if (low === null || high === null) return [0, 1];
  if (fromZero) return [0, high > 0 ? high * 1.1 : 1];
  const room = (high - low || high || 1) * 0.15;
  return [Math.max(0, low - room), high + room];
}

/** @param {number} seconds */
function hourAndMinute(seconds) {
  const date = new Date(seconds * 1000);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
