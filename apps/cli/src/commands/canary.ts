import { type Command, InvalidArgumentError } from 'commander';
import { usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { ago, count, dollars, latency } from '../figures.ts';
import { noteText, wholeNumber } from '../option-values.ts';
import { printable } from '../output.ts';
import { parityTables, parityText } from '../parity-text.ts';
import type { Canary } from '../service-responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { table } from '../table.ts';

interface SetOptions extends GlobalOptions {
  readonly mode?: string;
  readonly model?: string;
  readonly guidance?: Readonly<Record<string, string>>;
  readonly tolerance?: Readonly<Record<string, number>>;
  readonly minCalls?: number;
  readonly cooldown?: number;
  readonly force?: boolean;
}

const examples = `
Examples:
  reprice canary                                       the same as reprice canary status
  reprice canary set 5 --model gpt-4o-mini            another model answers for 5 % of the SKUs
  reprice canary set 5 --guidance balanced="Sell fast, stay above cost."
  reprice canary promote                               to the next step: 1, 5, 25, 50, 100 %
  reprice canary rollback --reason "odd prices"
  reprice canary set 0                                 end it
  reprice canary set 10 --model gpt-4o-mini --mode shadow   ask it in addition, compare, publish nothing of it
  reprice canary parity                                how far a shadow's prices lie from the live ones

The same SKUs always get the canary. Each second it is judged against the stable route, and rolled back by itself when it is worse; what
it left without a price is asked for again on the stable route, so it fails no SKU.`;

function share(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (/^\d{1,3}(\.\d{1,4})?%?$/.test(text) && value <= 100) return value;
  throw new InvalidArgumentError('It takes a share of the SKUs in per cent, from 0 to 100.');
}

function wording(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, strategy, words] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(text) ?? [];
  if (strategy === undefined || words === undefined)
    throw new InvalidArgumentError('It takes STRATEGY=TEXT, such as balanced="Sell fast.".');
  return { ...before, [strategy]: words };
}

function limit(text: string, before: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [, name, value] = /^([a-zA-Z]+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It takes NAME=NUMBER, such as costPercent=200.');
  return { ...before, [name]: Number(value) };
}

function mode(text: string): string {
  if (text === 'canary' || text === 'shadow') return text;
  throw new InvalidArgumentError('It takes canary or shadow.');
}

function apart(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (/^\d{1,4}(\.\d{1,2})?%?$/.test(text) && value <= 1000) return value;
  throw new InvalidArgumentError('It takes a difference in per cent, from 0 to 1000, with at most two decimals.');
}

/** The state of the canary in a sentence. */
function canaryText(canary: Canary, nowMs: number): string {
  const { state, percent, model, guidance, reason, by, since, cooldownUntil } = canary;
  const worded = Object.keys(guidance);
  const what = [...(model ? [model] : []), ...(worded.length > 0 ? [`other words for ${worded.join(', ')}`] : [])].join(
    ' and ',
  );
  switch (state) {
    case 'running':
    case 'promoted': {
      const began = since ? `, since ${since} (${ago(since, nowMs)})` : '';
      const end = state === 'promoted' ? '; it is promoted, and judged no more' : '';
      if (canary.mode === 'shadow')
        return printable(
          `The shadow is asked for ${percent} % of the SKUs, beside the stable route: ${what}${began}. Nothing of it is published.`,
          400,
        );
      return printable(`The canary answers for ${percent} % of the SKUs: ${what}${began}${end}.`, 400);
    }
    case 'rolled_back': {
      const wait = cooldownUntil && Date.parse(cooldownUntil) > nowMs ? ` None begins before ${cooldownUntil}.` : '';
      const why = `${by === 'judge' ? ' by itself' : by ? ` by ${by}` : ''}${reason ? `: ${reason}` : ''}`;
      return printable(`The canary (${what}) was rolled back${why}.${wait}`, 400);
    }
    default:
      return 'No canary: the stable route answers for all SKUs.';
  }
}

async function show({ output }: Context, canary: Canary, options: GlobalOptions): Promise<void> {
  if (options.json) return output.printJson(canary);
  await output.print(canaryText(canary, Date.now()));
  if (canary.mode === 'shadow' && canary.state === 'running')
    output.tell(`How its prices compare: ${commandName} canary parity`);
  if (!canary.routes || canary.state === 'off' || canary.mode === 'shadow') return;
  const figures = Object.entries({ stable: canary.routes.stable, canary: canary.routes.canary });
  const heads = ['calls', 'errors', 'SKUs', 'invalid', 'clamped', 'p99', 'a SKU'].map((head) => ({
    head,
    isFigure: true,
  }));
  const rows = figures.map(([name, route]) => [
    name,
    count(route.calls),
    `${route.errorPercent} %`,
    count(route.skus),
    `${route.invalidPercent} %`,
    `${route.clampPercent} %`,
    route.p99Ms == null ? '' : latency(route.p99Ms),
    dollars(route.costUsdPerSku),
  ]);
  await output.print(table(output, [{ head: 'route' }, ...heads], rows));
}

async function status(context: Context, command: Command): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  await show(context, await connect(context, options).canary(), options);
}

async function parity(context: Context, command: Command): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions & { within?: number }>();
  const report = await connect(context, options).parity(options.within);
  const { output } = context;
  if (options.json) return output.printJson(report);
  await output.print(parityText(report));
  for (const text of parityTables(output, report)) await output.print(text);
}

/** Adds `reprice canary` with `set`, `status`, `parity`, `promote` and `rollback`. */
export function addCanary(program: Command, context: Context): void {
  const canary = program
    .command('canary')
    .summary('try another model or wording on a share of the SKUs')
    .description(
      'Shows the canary: another model or wording that answers for a share of the SKUs, and how it does beside the stable route.',
    )
    .addHelpText('after', examples)
    .action((_options: unknown, command: Command) => status(context, command));
  requireSubcommand(canary);
  canary
    .command('status')
    .summary('tell how the canary does')
    .description('Tells what the canary is, and how it does beside the stable route; changes nothing.')
    .addHelpText('after', '\nExamples:\n  reprice canary status --json')
    .action((_options: unknown, command: Command) => status(context, command));
  canary
    .command('set')
    .summary('let a canary begin, change its share, or end it')
    .description(
      'Lets a canary begin, changes its share, or ends it, at once for all workers. What is not given stays while one runs. Needs a key of scope admin.',
    )
    .argument('<percent>', 'share of the SKUs, from 0 to 100; 0 ends it', share)
    .option('--model <name>', 'the model that answers, by its name in the price list or in models of reprice.config.ts')
    .option('--mode <mode>', 'canary: its answers go live; shadow: it is asked in addition and compared', mode)
    .option(
      '--guidance <strategy=text>',
      'what to tell the model to aim for, in place of a strategy’s own; repeatable',
      wording,
    )
    .option('--min-calls <calls>', 'judge it after so many calls', wholeNumber(50, 10_000))
    .option(
      '--tolerance <name=number>',
      'how far it may be worse: errorPoints, invalidPoints, clampPoints, latencyMs, costPercent; repeatable',
      limit,
    )
    .option('--cooldown <minutes>', 'after a rollback none begins for so long', wholeNumber(1, 1440))
    .option('--force', 'also within the cooldown')
    .addHelpText(
      'after',
      '\nExamples:\n  reprice canary set 5 --model gpt-4o-mini\n  reprice canary set 1 --model gpt-4.1 --tolerance costPercent=2000   a dear one is fine\n  reprice canary set 0',
    )
    .action(async (percent: number, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SetOptions>();
      const { model, mode, guidance, tolerance, minCalls, cooldown: cooldownMinutes, force } = options;
      if (percent === 0 && (model !== undefined || guidance !== undefined))
        throw usageError('A share of 0 % ends the canary.', 'Leave --model and --guidance out, or give it a share.');
      const wanted = Object.entries({ percent, model, mode, guidance, tolerance, minCalls, cooldownMinutes, force });
      const body = Object.fromEntries(wanted.filter(([, value]) => value !== undefined));
      await show(context, await connect(context, options).changeCanary('set', body), options);
    });
  canary
    .command('parity')
    .summary('tell how far a shadow’s prices lie from the live ones')
    .description(
      'Tells what a shadow would have made of the prices that went live: how many are the same, which lie furthest apart, and what both cost.',
    )
    .option('--within <percent>', 'a price this close counts as the same; default 2', apart)
    .addHelpText('after', '\nExamples:\n  reprice canary parity --within 0.5\n  reprice canary parity --json')
    .action((_options: unknown, command: Command) => parity(context, command));
  canary
    .command('promote')
    .summary('take the canary to its next step')
    .description('Takes the canary to its next step: 1, 5, 25, 50 and 100 % of the SKUs. Needs a key of scope admin.')
    .option('--force', 'also before it has made calls enough to be judged')
    .addHelpText('after', '\nExamples:\n  reprice canary promote')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { force?: boolean }>();
      const promoted = await connect(context, options).changeCanary('promote', options.force ? { force: true } : {});
      await show(context, promoted, options);
      if (promoted.state === 'promoted')
        context.output.tell(
          `It answers for every SKU. To make it the stable route: configure it as such, restart, then ${commandName} canary set 0`,
        );
    });
  canary
    .command('rollback')
    .summary('roll the canary back')
    .description(
      'Rolls the canary back: within two seconds no call goes to it, and none begins for the cooldown. Needs a key of scope admin.',
    )
    .option('--reason <text>', 'why, for whoever wonders', noteText)
    .addHelpText('after', '\nExamples:\n  reprice canary rollback --reason "odd prices"')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { reason?: string }>();
      const { reason } = options;
      const body = reason === undefined ? {} : { reason };
      await show(context, await connect(context, options).changeCanary('rollback', body), options);
    });
}
