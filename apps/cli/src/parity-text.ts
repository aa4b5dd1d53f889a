import { count, counted, dollars, latency, tally } from './figures.ts';
import { type Output, printable } from './output.ts';
import type { Parity } from './service-responses.ts';
import { table } from './table.ts';

const signed = (percent: number): string => `${percent > 0 ? '+' : ''}${percent} %`;

/** What a parity report comes to, in some sentences. */
export function parityText({ note, compared, within, medianDifferencePercent: median, skipped }: Parity): string {
  const leftOut = tally(skipped);
  const notAsked = leftOut === '' ? '' : `\nNot asked, in SKUs: ${leftOut}.`;
  if (compared === 0) return printable(note ?? 'Nothing was compared yet.', 400) + notAsked;
  const share = within.share == null ? '' : `: ${within.share} % lie within ${within.percent} %`;
  const middle = median == null ? '' : `, the one in the middle is ${median === 0 ? 'the same' : signed(median)}`;
  return `${counted(compared, 'price')} compared with what went live${share}${middle}.${notAsked}`;
}

/** Both routes' figures, how the differences lie, and those furthest apart. */
export function parityTables(output: Output, report: Parity): string[] {
  const { calls, compared, worst } = report;
  if (calls.shadow === 0) return [];
  return [
    figures(output, report),
    ...(compared === 0 ? [] : [differences(output, report)]),
    ...(worst.length === 0 ? [] : [furthest(output, report)]),
  ];
}

function figures(output: Output, report: Parity): string {
  const { calls, errors, asked, invalid, clamped, costUsd, costUsdPerSku, latencyMs } = report;
  const rows = (['stable', 'shadow'] as const).map((route) => {
    const times = latencyMs[route];
    const share = (part: number) => (asked[route] === 0 ? '' : `${((part / asked[route]) * 100).toFixed(1)} %`);
    return [
      route,
      count(calls[route]),
      count(errors[route]),
      count(asked[route]),
      share(invalid[route]),
      share(clamped[route]),
      times ? latency(times.p50) : '',
      times ? latency(times.p99) : '',
      dollars(costUsd[route]),
      dollars(costUsdPerSku[route]),
    ];
  });
  const heads = ['calls', 'errors', 'SKUs', 'invalid', 'clamped', 'p50', 'p99', 'cost', 'a SKU'];
  return table(output, [{ head: 'route' }, ...heads.map((head) => ({ head, isFigure: true }))], rows);
}

function differences(output: Output, { histogram, compared }: Parity): string {
  const rows = histogram
    .filter((bin) => bin.count > 0)
    .map(({ fromPercent: from, toPercent: to, count: prices }) => [
      spanText(from, to),
      count(prices),
      `${((prices / compared) * 100).toFixed(1)} %`,
    ]);
  return table(
    output,
    [{ head: 'off by' }, { head: 'prices', isFigure: true }, { head: 'share', isFigure: true }],
    rows,
  );
}

function spanText(from: number | null, to: number | null): string {
  if (from === 0 && to === 0) return 'equal';
  if (from === null) return `below ${signed(to ?? 0)}`;
  if (to === null) return `above ${signed(from)}`;
  return `${signed(from)} to ${signed(to)}`;
}

function furthest(output: Output, { worst }: Parity): string {
  const rows = worst.map(({ sku, currency, stable, shadow, differencePercent, reasonStable, reasonShadow }) => [
    sku,
    `${stable} ${currency}`,
    `${shadow} ${currency}`,
    signed(differencePercent),
    reasonStable === reasonShadow ? reasonStable : `${reasonStable}, shadow ${reasonShadow}`,
  ]);
  const figure = (head: string) => ({ head, isFigure: true });
  return table(
    output,
    [{ head: 'furthest apart' }, figure('live'), figure('shadow'), figure('off by'), { head: 'reason' }],
    rows,
  );
}
