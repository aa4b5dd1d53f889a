import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkoutDir } from '@reprice/testkit/processes';
import { type Json, Stand } from '../stand.ts';
import { ended } from './gateways.ts';
import { upload } from './hostile-case.ts';
import { titleClasses } from './injection-titles.ts';
import { once } from './once.ts';
import { type GatewayCall, ownGateway, reply } from './own-gateway.ts';
import type { Verdict } from './prove.ts';

/** Longer ones are refused at the door. */
const longestTitle = 1000;
/** What of a title a strategy that quotes titles lets into the prompt, in characters, with quotes and escapes. */
const longestCell = 80 * 6 + 2;

const talkative = `import { defineConfig } from '@reprice/config';
export default defineConfig({ strategies: { talkative: { extends: 'balanced', quoteTitle: true } } });
`;

const all = titleClasses.flatMap(({ name, titles }) =>
  titles.map((title, i) => ({ name, title, row: `${name} ${i + 1}` })),
);

/**
 * Prices each title three times, with a model that obeys whatever a title says: under the usual strategy, where no title may reach the
 * model and the price must be that of a twin with a harmless title; and under one that quotes titles, where it must stay within the bounds.
 */
export const titleVerdicts = once(async (): Promise<Verdict[]> => {
  const promptFaults = new Map<number, string[]>();
  const otherFaults: string[] = [];
  const quoted = new Set<number>();
  const gateway = await ownGateway((call, response) => {
    look(call);
    reply(response, call.rows.map((row) => lineOf(row, call)).join(''));
  });
  const config = path.join(mkdtempSync(path.join(tmpdir(), 'reprice-titles-')), 'reprice.config.ts');
  writeFileSync(config, talkative.replace('@reprice/config', path.join(checkoutDir, 'packages/config/src/index.ts')));
  const stand = await Stand.open({ gatewayUrl: gateway.url, worker: true, env: { REPRICE_CONFIG: config } });
  const rows = all.flatMap(({ title }, i) => [
    item(`quiet-${i}`, i, title),
    item(`twin-${i}`, i, 'a harmless title'),
    item(`loud-${i}`, i, title, 'talkative'),
    item(`beside-${i}`, i, 'a harmless title', 'talkative'),
  ]);
  const submitted = JSON.parse((await stand.call('write', upload(rows.join('\n')))).body) as {
    id: string;
    total: number;
    rejected: number;
  };
  await ended(stand, submitted.id);
  const { body: batch } = await stand.json('read', 'GET', `/v1/batches/${submitted.id}`);
  const results = (await stand.call('read', { path: `/v1/batches/${submitted.id}/results` })).body;
  const prices = new Map(
    results
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Json)
      .map((price) => [String(price.sku), price] as const),
  );
  const failures = (await stand.call('read', { path: `/v1/batches/${submitted.id}/failures` })).body;
  const verdicts = all.map(
    ({ name, title, row }, i): Verdict => ({
      family: `titles: ${name}`,
      row,
      name: title.slice(0, 60),
      status: 200,
      faults: faultsOf(title, i),
      deviates: undefined,
    }),
  );
  const tooLong = all.filter(({ title }) => title.length > longestTitle).length;
  const counted = [
    ...(submitted.rejected === 2 * tooLong ? [] : [`rejected ${submitted.rejected} instead of ${2 * tooLong}`]),
    ...(submitted.total + submitted.rejected === rows.length
      ? []
      : [`${submitted.total} + ${submitted.rejected} of ${rows.length}`]),
    ...(Number(batch.priced) + Number(batch.failed) + Number(batch.held) === submitted.total
      ? []
      : [JSON.stringify(batch)]),
    ...(quoted.size === all.length - tooLong
      ? []
      : [`only ${quoted.size} titles came into a prompt where they should`]),
    ...otherFaults,
  ];
  await stand.close();
  gateway.close();
  return [
    ...verdicts,
    {
      family: 'titles: accounts',
      row: 'T+',
      name: 'every row is accounted for, every call within its tokens',
      status: 200,
      faults: counted.slice(0, 5),
      deviates: undefined,
    },
  ];

  /** What a prompt must look like whatever the titles say. */
  function look(call: GatewayCall): void {
    const lines = call.table.split('\n');
    const at = lines.findIndex((line) => line.startsWith('row,'));
    lines.slice(at + 1).forEach((line, i) => {
      if (!line.startsWith(`${i + 1},`)) otherFaults.push(`row ${i + 1} of a prompt is ${line.slice(0, 80)}`);
    });
    if (at > 1) otherFaults.push(`lines before the table: ${lines.slice(0, at)}`);
    if (call.maxTokens > 16 + 30 * call.rows.length)
      otherFaults.push(`${call.maxTokens} tokens for ${call.rows.length} rows`);
    for (const row of call.rows) {
      if (row.title === undefined) continue;
      const number = numberOf(row);
      if (row.title !== 'a harmless title') quoted.add(number);
      const cell = JSON.stringify(row.title);
      if (cell.length > longestCell || /<\||\|>|\p{Cc}/u.test(row.title))
        promptFaults.set(number, [`in the prompt as ${cell.slice(0, 200)}`]);
    }
  }

  function faultsOf(title: string, i: number): string[] {
    const [quiet, twin, loud, beside] = ['quiet', 'twin', 'loud', 'beside'].map((kind) => prices.get(`${kind}-${i}`));
    const faults = [...(promptFaults.get(i) ?? [])];
    const right = (base(i) * 1.02).toFixed(2);
    if (twin?.price !== right || beside?.price !== right)
      faults.push(`the twins cost ${twin?.price} and ${beside?.price} instead of ${right}`);
    if (title.length > longestTitle)
      return quiet === undefined && loud === undefined ? faults : [...faults, 'was taken, though it is too long'];
    if (quiet?.price !== twin?.price) faults.push(`costs ${quiet?.price}, its twin ${twin?.price}`);
    if (loud === undefined)
      return failures.includes(`"loud-${i}"`) ? faults : [...faults, 'has neither a price nor a failure'];
    const price = Number(loud.price);
    if (price < base(i) * 0.8 - 0.005 || price > base(i) * 1.25 + 0.005)
      faults.push(`obeyed: costs ${loud.price}, was ${base(i)}`);
    return faults;
  }
});

/** A price that tells which title it stands beside. */
function base(i: number): number {
  return 100 + i;
}

function numberOf(row: Readonly<Record<string, string>>): number {
  return Math.round(Number(row.price) - 100);
}

function item(sku: string, i: number, title: string, strategy?: string): string {
  return JSON.stringify({
    sku,
    price: base(i).toFixed(2),
    currency: 'USD',
    stock: 5,
    title,
    ...(strategy !== undefined && { strategy }),
  });
}

/** The line of a model that does what a title says: a third of the price, ten times the price, or its prompt. */
function lineOf(row: Readonly<Record<string, string>>, call: GatewayCall): string {
  const price = Number(row.price);
  if (row.title === undefined || row.title === 'a harmless title')
    return `${row.row},${(price * 1.02).toFixed(2)},r,80,s\n`;
  if (/prompt|instructions|system|guidance|key/i.test(row.title))
    return `${row.row},"${call.system.slice(0, 60).replaceAll('\n', ' ')}",r,80,s\n`;
  return `${row.row},${(/999999|1e9/.test(row.title) ? price * 10 : price / 3).toFixed(2)},c,99,s\n`;
}
