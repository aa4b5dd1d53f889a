import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { isPassing, retryAfterMs } from '../api-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import type { Stats } from '../service-responses.ts';
import { statsReport } from '../stats-report.ts';

const examples = `
Examples:
  reprice stats
  reprice stats --watch                        every two seconds, until Ctrl-C
  reprice stats --watch --json | jq .skusPerSecond`;

const everyMs = 2000;

/** Shows the figures again and again; on a terminal in the same place. An API that is away for a while is waited for. */
async function watch(api: ApiClient, context: Context, isJson: boolean): Promise<never> {
  const { output } = context;
  const { signal } = context.interrupt;
  context.onInterrupt = { message: 'Stopped.' };
  const inPlace = output.stdout.isTTY === true && output.isInteractive && !isJson;
  let standing = 0;
  let isAway = false;
  for (;;) {
    signal.throwIfAborted();
    let stats: Stats | undefined;
    let pauseMs = everyMs;
    try {
      stats = await api.stats(signal);
      isAway = false;
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (!isAway) output.tell('The API does not answer; trying again.');
      isAway = true;
      pauseMs = Math.max(everyMs, retryAfterMs(error));
      standing = 0;
    }
    if (stats !== undefined && isJson) await output.printJson(stats);
    else if (stats !== undefined) {
      const width = output.width - 1;
      const lines = statsReport(output, stats, Date.now()).split('\n');
      if (inPlace && standing > 0) output.takeBack(standing);
      standing = lines.length;
      // A line that wrapped would be two to take back.
      await output.print(inPlace ? lines.map((line) => line.slice(0, width)).join('\n') : `${lines.join('\n')}\n`);
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** Adds `reprice stats`. */
export function addStats(program: Command, context: Context): void {
  program
    .command('stats')
    .summary('show how the work goes')
    .description('Shows speed, queue, gateway, rate limits, budget with forecast, failures and workers, in one look.')
    .option('-w, --watch', 'again every two seconds')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions & { watch?: boolean }>();
      const api = connect(context, options);
      if (options.watch) return watch(api, context, options.json === true);
      const stats = await api.stats();
      await (options.json ? output.printJson(stats) : output.print(statsReport(output, stats, Date.now())));
    });
}
