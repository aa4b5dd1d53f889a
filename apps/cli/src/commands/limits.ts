import { rateLimitBounds } from '@reprice/config/client';
import { type Command, InvalidArgumentError } from 'commander';
import { usageError } from '../command-error.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count } from '../figures.ts';
import type { Limits } from '../responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { table } from '../table.ts';

const setExamples = `
  reprice limits set --rpm 600                   requests a minute, for all workers at once
  reprice limits set --rpm 600 --tpm 200000
  reprice limits set --tpm 0                     no limit on tokens`;

function limitText(most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,12}$/.test(text) && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`It takes a whole number from 0 to ${count(most)}; 0 = no limit.`);
  };
}

function shownLimit(limit: number | undefined): string {
  if (limit === undefined) return 'not told';
  return limit === 0 ? 'no limit' : count(limit);
}

async function printLimits(context: Context, limits: Limits): Promise<void> {
  const columns = [
    { head: 'a minute' },
    { head: 'set', isFigure: true },
    { head: 'told by the gateway', isFigure: true },
    { head: 'holds', isFigure: true },
  ];
  const { rpm, tpm, learnedRpm, learnedTpm, effectiveRpm, effectiveTpm } = limits;
  const rows = [
    ['requests', shownLimit(rpm), shownLimit(learnedRpm), shownLimit(effectiveRpm)],
    ['tokens', shownLimit(tpm), shownLimit(learnedTpm), shownLimit(effectiveTpm)],
  ];
  await context.output.print(table(context.output, columns, rows));
}

/** Adds `reprice limits` and `reprice limits set`. */
export function addLimits(program: Command, context: Context): void {
  const limits = program
    .command('limits')
    .summary('show or set requests and tokens a minute')
    .description('Shows how many requests and tokens a minute all workers together may send, and what holds of it now.')
    .addHelpText('after', `\nExamples:\n  reprice limits${setExamples}`)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).limits();
      if (options.json) return context.output.printJson(found);
      await printLimits(context, found);
    });
  requireSubcommand(limits);
  limits
    .command('set')
    .summary('set the limits')
    .description(
      'Sets how many requests or tokens a minute may be sent, at once for all workers; 0 lifts a limit (what stops all calls is reprice freeze). Needs a key of scope admin.',
    )
    .option('--rpm <requests>', 'requests a minute; 0 = no limit', limitText(rateLimitBounds.rpm))
    .option('--tpm <tokens>', 'tokens a minute; 0 = no limit', limitText(rateLimitBounds.tpm))
    .addHelpText('after', `\nExamples:${setExamples}`)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { rpm?: number; tpm?: number }>();
      const { rpm, tpm } = options;
      if (rpm === undefined && tpm === undefined) throw usageError('Nothing to set.', 'Add --rpm, --tpm, or both.');
      const wanted = { ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }) };
      const found = await connect(context, options).setLimits(wanted);
      if (options.json) return context.output.printJson(found);
      await printLimits(context, found);
    });
}
