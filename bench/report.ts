import Table from 'cli-table3';
import type { Figures } from './figures.ts';

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

/** Both ways side by side, for a person. */
export function report(ours: Figures, plain: Figures): string {
  const table = new Table({
    head: ['', `ours (${ours.skus} SKUs)`, `plain (${plain.skus} SKUs)`, 'ratio'],
    style: { head: [], border: [] },
  });
  for (const [label, name, digits] of rows) {
    const format = (n: number): string =>
      n.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
    const ratio =
      ours[name] >= plain[name]
        ? `${(ours[name] / plain[name]).toFixed(1)} ×`
        : `1/${(plain[name] / ours[name]).toFixed(1)}`;
    table.push([label, format(ours[name]), format(plain[name]), name === 'calls' ? '' : ratio]);
  }
  return table.toString();
}
