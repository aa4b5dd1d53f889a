import type { ApiClient } from './api-client.ts';
import { commandName } from './command-name.ts';
import { count, counted, dollars, duration, rate, signedPercent } from './figures.ts';
import { groupsOf } from './grouping.ts';
import { type Output, printable } from './output.ts';
import type { Batch, Failure, Rejection } from './responses.ts';
import { table } from './table.ts';
import { changeOf, digestResults } from './top-changes.ts';
import { unusedText } from './unused-competitors.ts';

/** Rows of the table of most-changed prices. */
const topRows = 12;
/** Examples shown for each kind of rejection or failure. */
const examplesShown = 2;

function elapsedMs(batch: Batch): number | undefined {
  const ms = Date.parse(batch.finishedAt ?? '') - Date.parse(batch.createdAt);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** One line: which batch, how it ended, how long it took. */
function headline(batch: Batch): string {
  const ms = elapsedMs(batch);
  const notes = [
    batch.mode === 'dry-run' ? 'dry run, nothing was published' : '',
    batch.priority && `${batch.priority} priority`,
  ];
  const note = notes.filter(Boolean).join('; ');
  return `Batch ${batch.id} ${batch.status}${ms === undefined ? '' : ` after ${duration(ms)}`}${note ? ` (${note})` : ''}`;
}

/** The counters of a batch as a table of one row. */
export function countersTable(output: Output, batch: Batch): string {
  const ms = elapsedMs(batch);
  const done = batch.total - batch.waiting;
  const cells: [string, string][] = [
    ['SKUs', count(batch.total)],
    ['priced', count(batch.priced)],
    ['unchanged', count(batch.unchanged)],
    ...(batch.held > 0 ? [['held', count(batch.held)] as [string, string]] : []),
    ['failed', count(batch.failed)],
    ...(batch.waiting > 0 ? [['waiting', count(batch.waiting)] as [string, string]] : []),
    ['rejected', count(batch.rejected)],
    ['cost', dollars(batch.costUsd)],
    ['tokens', count(batch.tokens)],
    ['calls', count(batch.calls)],
    ['SKU/s', ms === undefined || ms === 0 ? '' : rate((1000 * done) / ms)],
  ];
  const columns = cells.map(([head]) => ({ head, isFigure: true }));
  return table(output, columns, [cells.map(([, cell]) => cell)]);
}

async function printChanges(api: ApiClient, output: Output, batch: Batch): Promise<void> {
  const digest = await digestResults(api.results(batch.id), topRows);
  if (digest.top.length === 0) return;
  const hasStrategies = new Set(digest.top.map(({ strategy }) => strategy ?? '')).size > 1;
  const rows = digest.top.map((price) => [
    price.sku,
    price.previousPrice ?? '',
    `${price.price} ${price.currency}`,
    price.previousPrice == null ? '' : signedPercent(changeOf(price)),
    ...(hasStrategies ? [price.strategy ?? ''] : []),
    price.guardrails.join(', '),
    price.reason,
  ]);
  const columns = [
    { head: 'SKU', longest: 32 },
    { head: 'before', isFigure: true },
    { head: 'after', isFigure: true },
    { head: 'change', isFigure: true },
    ...(hasStrategies ? [{ head: 'strategy', longest: 20 }] : []),
    { head: 'guardrails', longest: 30 },
    { head: 'reason' },
  ];
  await output.print(`\n${output.bold('Most changed prices')}\n${table(output, columns, rows)}`);
  if (digest.guardrails.size > 0) {
    const list = [...digest.guardrails].map(([name, moved]) => `${name} ${count(moved)}`).join(', ');
    await output.print(`Prices that guardrails moved: ${list}.`);
  }
  const byRules = digest.sources.get('rules') ?? 0;
  if (byRules > 0) await output.print(`${counted(byRules, 'price')} came from the rules engine, not from the model.`);
}

function rejectionExample({ line, faults }: Rejection, code: string): string {
  const fault = faults.find((one) => one.code === code) ?? faults[0];
  if (fault === undefined) return `line ${count(line)}`;
  const place = [`line ${count(line)}:`, fault.field].filter(Boolean).join(' ');
  return `${place} got ${printable(fault.got, 30)}; takes ${fault.takes}`;
}

async function printRejections(api: ApiClient, output: Output, batch: Batch): Promise<void> {
  const codes = (rejection: Rejection): string[] => rejection.faults.map((fault) => fault.code);
  const groups = await groupsOf(api.rejections(batch.id), codes, examplesShown);
  const rows = groups.flatMap(({ name, size, examples }) =>
    examples.map((one, index) =>
      index === 0 ? [name, count(size), rejectionExample(one, name)] : ['', '', rejectionExample(one, name)],
    ),
  );
  const columns = [
    { head: 'rejected because' },
    { head: 'lines', isFigure: true },
    { head: 'for example', longest: 160 },
  ];
  await output.print(
    `\n${output.bold(`${counted(batch.rejected, 'line')} rejected`)}\n${table(output, columns, rows)}`,
  );
}

async function printFailures(api: ApiClient, output: Output, batch: Batch): Promise<void> {
  const groups = await groupsOf(api.failures(batch.id), (failure: Failure) => [failure.reason], examplesShown);
  const rows = groups.flatMap(({ name, size, examples }) =>
    examples.map((one, index) => [index === 0 ? name : '', index === 0 ? count(size) : '', one.sku, one.detail]),
  );
  const columns = [
    { head: 'failed because' },
    { head: 'SKUs', isFigure: true },
    { head: 'for example' },
    { head: 'detail', longest: 160 },
  ];
  await output.print(`\n${output.bold(`${counted(batch.failed, 'SKU')} failed`)}\n${table(output, columns, rows)}`);
}

function ignoredField({ field, didYouMean }: Batch['ignoredFields'][number]): string {
  return `${printable(field)}${didYouMean === undefined ? '' : ` (did you mean ${printable(didYouMean)}?)`}`;
}

/** What a person may want to do next with this batch. */
function nextCommands(batch: Batch): string[] {
  return [
    batch.priced > 0 ? `${commandName} export ${batch.id} --out prices.csv` : '',
    batch.held > 0 ? `${commandName} held` : '',
    batch.rejected > 0 ? `${commandName} rejections ${batch.id}` : '',
    batch.failed > 0 ? `${commandName} failures ${batch.id}` : '',
    batch.failed > 0 ? `${commandName} replay --batch ${batch.id}` : '',
    batch.waiting > 0 && batch.status === 'running' ? `${commandName} watch ${batch.id}` : '',
  ].filter(Boolean);
}

/** Prints what came of a batch: counters, the most changed prices, rejections and failures with examples, and what to do next. */
export async function printSummary(api: ApiClient, output: Output, batch: Batch): Promise<void> {
  await output.print(`${output.bold(headline(batch))}\n${countersTable(output, batch)}`);
  if (batch.priced > 0) await printChanges(api, output, batch);
  if (batch.rejected > 0) await printRejections(api, output, batch);
  if (batch.failed > 0) await printFailures(api, output, batch);
  const unused = unusedText(batch.unusedCompetitors);
  if (unused !== '') await output.print(`\n${unused}`);
  if (batch.ignoredFields.length > 0) {
    await output.print(`\nIgnored columns: ${batch.ignoredFields.map(ignoredField).join(', ')}.`);
  }
  const next = nextCommands(batch);
  if (next.length > 0) await output.print(`\nNext:\n${next.map((command) => `  ${command}`).join('\n')}`);
}
