import Table from 'cli-table3';
import { type Figures, median, medianOf } from './figures.ts';

const rows: readonly [string, keyof Figures, number][] = [
  ['SKU/s, worker phase (jobs waiting → prices)', 'workerPhaseSkusPerSecond', 0],
  ['SKU/s, end to end (first byte → last price)', 'endToEndSkusPerSecond', 0],
  ['CPU of Redis, µs a SKU', 'redisUsPerSku', 1],
  ['CPU of the worker, µs a SKU', 'workerUsPerSku', 1],
  ['CPU of API or producer, µs a SKU', 'submitUsPerSku', 1],
  ['CPU of the gateway simulator, µs a SKU', 'gatewayUsPerSku', 1],
  ['Redis memory, bytes a SKU', 'redisBytesPerSku', 0],
  ['model calls', 'calls', 0],
  ['tokens a SKU, in and out (o200k)', 'tokensPerSku', 1],
  ['dollars a million SKUs (list price)', 'costUsdPerMillionSkus', 2],
];

/** One round: both ways, one after the other, on the same machine. */
export interface Round {
  readonly ours: Figures;
  readonly plain: Figures;
}

/** Both ways side by side, for a person: the medians of the rounds, and the median of their ratios. */
export function report(rounds: readonly Round[]): string {
  const ours = medianOf(rounds.map((round) => round.ours));
  const plain = medianOf(rounds.map((round) => round.plain));
  const head = ['', `ours (${ours.skus} SKUs)`, `plain (${plain.skus} SKUs)`, 'ratio'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const [label, name, digits] of rows) {
    const format = (n: number): string =>
      n.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
    const ratio = median(rounds.map((round) => round.ours[name] / round.plain[name]));
    const shown = ratio >= 1 ? `${ratio.toFixed(1)} ×` : `1/${(1 / ratio).toFixed(1)}`;
    table.push([label, format(ours[name]), format(plain[name]), name === 'calls' ? '' : shown]);
  }
  return table.toString();
}
