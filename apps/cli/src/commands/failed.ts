import type { Command } from 'commander';
import type { ApiClient, FailedFilter } from '../api-client.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { addFilter, type FilterOptions, filterOf, typedFilter } from '../failed-filter.ts';
import { count, counted, tally } from '../figures.ts';
import { wholeNumber } from '../option-values.ts';
import { pages } from '../paging.ts';
import type { FailedJob } from '../responses.ts';
import { list, table } from '../table.ts';
import { sayNoneMatches } from '../unmatched.ts';

const examples = `
Examples:
  reprice failed
  reprice failed --reason gateway_failed --max-age 2h
  reprice failed --batch bmwqasc7u58i --json | jq -r '.skus[]'

Run them again: reprice replay, with the same filters.`;

async function* newest(
  api: ApiClient,
  filter: FailedFilter,
  limit: number,
  counts: (byReason: Readonly<Record<string, number>>) => void,
): AsyncGenerator<FailedJob> {
  let isFirst = true;
  for await (const page of pages((most, cursor) => api.failedJobs(filter, most, cursor), limit)) {
    if (isFirst) counts(page.byReason);
    isFirst = false;
    yield* page.items;
  }
}

/** Adds `reprice failed`. */
export function addFailed(program: Command, context: Context): void {
  const command = program
    .command('failed')
    .summary('list the jobs that failed')
    .description('Lists the jobs that failed and were not replayed since: how many for which reason, then the newest.');
  addFilter(command)
    .option('-l, --limit <count>', 'how many of the newest', wholeNumber(1, 100_000), 20)
    .addHelpText('after', examples)
    .action(async (_options: unknown, self: Command) => {
      const { output } = context;
      const options = self.optsWithGlobals<GlobalOptions & FilterOptions & { limit: number }>();
      const filter = filterOf(options);
      let byReason: [string, number][] = [];
      const api = connect(context, options);
      const jobs = newest(api, filter, options.limit, (counts) => {
        byReason = Object.entries(counts).sort((a, b) => b[1] - a[1]);
      });
      if (options.json) {
        let told = 0;
        for await (const job of jobs) {
          await output.printJson(job);
          told++;
        }
        return told === 0 ? sayNoneMatches(api, output, filter) : undefined;
      }
      const rows: string[][] = [];
      for await (const job of jobs) {
        const [first = ''] = job.skus;
        const others = job.skus.length > 1 ? ` +${count(job.skus.length - 1)}` : '';
        rows.push([job.id, job.priority, `${first}${others}`, job.failedAt, job.reason, job.detail]);
      }
      if (rows.length === 0) return sayNoneMatches(api, output, filter);
      const all = byReason.reduce((sum, [, jobsOfReason]) => sum + jobsOfReason, 0);
      if (output.stdout.isTTY) {
        const reasons = byReason.map(([reason, jobsOfReason]) => [reason, count(jobsOfReason)]);
        await output.print(table(output, [{ head: 'reason' }, { head: 'failed jobs', isFigure: true }], reasons));
      } else output.tell(tally(Object.fromEntries(byReason)));
      const columns = ['job', 'priority', 'SKUs', 'failed', 'reason'].map((head) => ({ head }));
      await output.print(list(output, [...columns, { head: 'detail', longest: 120 }], rows));
      if (all > rows.length)
        output.tell(`These are the newest ${count(rows.length)} of ${counted(all, 'job')}; --limit shows more.`);
      output.tell(`Run them again: ${commandName} replay${typedFilter(filter)}`);
    });
}
