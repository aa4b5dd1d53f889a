import type { Command } from 'commander';
import type { FailedFilter } from '../api-client.ts';
import { CommandError, exitCodes, usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { confirm } from '../confirmation.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { addFilter, type FilterOptions, filterOf, typedFilter } from '../failed-filter.ts';
import { count, counted, dollars } from '../figures.ts';
import { createProgress } from '../progress.ts';
import { replayAll } from '../replaying.ts';
import type { Replay } from '../responses.ts';
import { sayNoneMatches } from '../unmatched.ts';

interface ReplayCommandOptions extends GlobalOptions, FilterOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  reprice replay --dry-run                          how many, and what they may cost at most
  reprice replay --reason gateway_failed --max-age 2h
  reprice replay --batch bmwqasc7u58i --yes && reprice watch bmwqasc7u58i

Each job runs again by itself, with its priority and all its attempts, against the newest snapshots, under the rate limit and the daily
budget. It may be run twice, or stopped by Ctrl-C: what is replayed stays so, the rest waits for the next time.`;

function foretold({ remaining, worstCaseUsd }: Replay): string {
  const they = remaining === 1 ? 'its model call costs' : 'their model calls cost';
  return `${counted(remaining, 'failed job')} would run again; ${they} ${dollars(worstCaseUsd)} at most.`;
}

function goneText(gone: number): string {
  const theirs = gone === 1 ? 'its batch is' : 'their batches are';
  return `${counted(gone, 'failed job')} cannot run again: ${theirs} gone.`;
}

/** What Ctrl-C, or an error in the middle, says of what was done by then. */
function interim(replayed: number, total: number, filter: FailedFilter): { message: string; advice: string } {
  const done = `${count(replayed)} of ${counted(total, 'job')}`;
  return {
    message: `Stopped; ${done} ${replayed === 1 ? 'was' : 'were'} replayed and stay so.`,
    advice: `Replay the rest: ${commandName} replay${typedFilter(filter)}`,
  };
}

async function run(options: ReplayCommandOptions, context: Context): Promise<void> {
  const { output, interrupt } = context;
  if (!options.yes && !options.dryRun && context.stdin.isTTY !== true) {
    throw usageError(
      'There is no terminal to ask whether to replay.',
      'Add --yes to replay, or --dry-run to see how many jobs it would be and what they may cost.',
    );
  }
  const api = connect(context, options);
  const filter = filterOf(options);
  const foreseen = await api.replay({ ...filter, dryRun: true }, interrupt.signal);
  if (options.dryRun && options.json) return output.printJson(foreseen);
  if (foreseen.gone > 0) output.tell(goneText(foreseen.gone));
  if (foreseen.remaining > 0) output.tell(foretold(foreseen));
  else if (foreseen.gone === 0) await sayNoneMatches(api, output, filter);
  if (options.dryRun) return;
  if (foreseen.remaining > 0) await confirm(context, 'Replay?', options.yes === true);

  const total = foreseen.remaining;
  const progress = createProgress(output, total > 0);
  context.progress = progress;
  let replayed = 0;
  const show = (): void => {
    context.onInterrupt = interim(replayed, total, filter);
    progress.show({
      phase: 'Replaying',
      done: replayed,
      total,
      text: `${count(replayed)} of ${counted(total, 'job')}`,
    });
  };
  show();
  let result: Replay = foreseen;
  if (foreseen.matched > 0) {
    result = await replayAll(api, filter, foreseen, {
      progress,
      signal: interrupt.signal,
      onStep: (sofar) => {
        replayed = sofar.replayed;
        show();
      },
    }).catch((error: unknown) => {
      progress.stop();
      if (replayed > 0 && !(error instanceof CommandError)) {
        const { message, advice } = interim(replayed, total, filter);
        output.tell(`${message}\n${advice}`);
      }
      throw error;
    });
  }
  progress.stop();
  if (result.remaining > 0) context.exitCode = exitCodes.failed;
  if (options.json) return output.printJson({ ...result, dryRun: false });
  if (result.replayed > 0) output.tell(`${counted(result.replayed, 'job')} replayed.`);
  if (result.remaining > 0) output.tell(`${counted(result.remaining, 'job')} left: the API stopped; run it again.`);
  if (result.replayed > 0 && filter.batch !== undefined) output.tell(`Follow it: ${commandName} watch ${filter.batch}`);
}

/** Adds `reprice replay`. */
export function addReplay(program: Command, context: Context): void {
  const command = program
    .command('replay')
    .summary('run failed jobs again')
    .description('Runs failed jobs again; says first how many they are and what they may cost at most.');
  addFilter(command)
    .option('--dry-run', 'only say how many and what they may cost; change nothing')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples)
    .action(async (_options: unknown, self: Command) => {
      await run(self.optsWithGlobals<ReplayCommandOptions>(), context);
    });
}
