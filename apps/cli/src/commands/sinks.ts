import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, counted, duration, latency } from '../figures.ts';
import { noteText } from '../option-values.ts';
import { printable } from '../output.ts';
import type { Sink } from '../sink-client.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';
import { addSinkLists } from './sink-lists.ts';
import { addSinkSettings } from './sink-settings.ts';

const examples = `
Examples:
  reprice sinks                                    where prices are delivered, and how each does
  reprice sinks set shop https://shop.example.com/hooks/prices
  reprice sinks resume shop                        after it was paused, or stopped by itself
  reprice sinks parity                             what two sinks did not take at the same price`;

const columns = [
  { head: 'sink' },
  { head: 'kind' },
  { head: 'state' },
  { head: 'delivered', isFigure: true },
  { head: 'waiting', isFigure: true },
  { head: 'lag', isFigure: true },
  { head: 'dead', isFigure: true },
  { head: 'errors', isFigure: true },
  { head: 'p99', isFigure: true },
  { head: 'to, and why', longest: 200 },
];

/** What a person should do about a sink; undefined: nothing. */
function advice({ name, state, dead, gap }: Sink): string | undefined {
  const shown = printable(name, 40);
  if (state === 'idle')
    return `Nobody delivers to ${shown}: start npm run sinks; or, if nobody wants it any more: ${commandName} sinks delete ${shown}`;
  if (state === 'removed')
    return `${shown} is in no config file any more, and what is published waits for it: ${commandName} sinks delete ${shown}; or put it back`;
  if (state === 'stopped') return `${shown} stopped: see to its far end, then ${commandName} sinks resume ${shown}`;
  if (gap) return `${shown} missed ${counted(gap.messages, 'message')}: ${commandName} sinks resync ${shown}`;
  if (dead > 0)
    return `${shown} would not take some: ${commandName} sinks dead ${shown}, then ${commandName} sinks replay ${shown}`;
  return undefined;
}

/** The newest failure of a sink, while it matters; undefined: it went well since. */
function failure({ name, errorPercent, lastError, lastDeliveredAt }: Sink): string | undefined {
  if (!lastError || (errorPercent === 0 && lastError.at < (lastDeliveredAt ?? ''))) return undefined;
  const { reason, detail, at } = lastError;
  return `${printable(name, 40)} last failed ${printable(at, 40)}: ${printable(reason, 60)}, ${printable(detail, 200)}`;
}

async function printSinks({ output }: Context, sinks: readonly Sink[]): Promise<void> {
  if (sinks.length === 0)
    return output.tell(
      'There is no sink. Name one in the config file (sinks: { … }) or with reprice sinks set, and start npm run sinks.',
    );
  const rows = sinks.map((sink) => [
    sink.name,
    sink.kind,
    sink.resync ? `${sink.state}, resync ${count(sink.resync.prices)}` : sink.state,
    count(sink.delivered),
    count(sink.waiting),
    sink.oldestWaitingSeconds == null ? '' : duration(sink.oldestWaitingSeconds * 1000),
    count(sink.dead),
    `${sink.errorPercent} %`,
    sink.latencyMs ? latency(sink.latencyMs.p99) : '',
    sink.reason ? `${sink.url}: ${sink.reason}` : sink.url,
  ]);
  await output.print(list(output, columns, rows));
  for (const sink of sinks) {
    for (const said of [failure(sink), advice(sink)]) if (said !== undefined) output.tell(said);
  }
}

/** Adds `reprice sinks` with all that is done about them. */
export function addSinks(program: Command, context: Context): void {
  const { output } = context;
  const sinks = program
    .command('sinks')
    .summary('show where prices are delivered, and how')
    .description('Shows the sinks: where published prices are delivered, how far each is behind, and how it does.')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).sinks.list();
      await (options.json ? output.printJsonLines(found) : printSinks(context, found));
    });
  requireSubcommand(sinks);
  addSinkLists(sinks, context);
  addSinkSettings(sinks, context);
  sinks
    .command('pause')
    .summary('deliver nothing to a sink for now')
    .description('Delivers nothing to a sink until it is resumed; what is published waits. Needs a key of scope admin.')
    .argument('<name>', 'the sink')
    .option('--reason <text>', 'why, for whoever wonders', noteText)
    .addHelpText('after', '\nExamples:\n  reprice sinks pause shop --reason "the shop is being moved"')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { reason?: string }>();
      const sink = await connect(context, options).sinks.pause(name, options.reason);
      if (options.json) return await output.printJson(sink);
      await output.print(
        `${printable(name)} is paused. What is published waits for: ${commandName} sinks resume ${name}`,
      );
    });
  sinks
    .command('resume')
    .summary('go on delivering')
    .description(
      'Goes on delivering to a sink that was paused, or that stopped by itself: what waited first. Needs a key of scope admin.',
    )
    .argument('<name>', 'the sink')
    .addHelpText('after', '\nExamples:\n  reprice sinks resume shop')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const sink = await connect(context, options).sinks.resume(name);
      if (options.json) return await output.printJson(sink);
      await output.print(`${printable(name)} goes on; ${counted(sink.waiting, 'message')} waited.`);
    });
  sinks
    .command('resync')
    .summary('deliver every live price once')
    .description(
      'Brings a sink level that missed something, or that is new: every live price once. Needs a key of scope admin.',
    )
    .argument('<name>', 'the sink')
    .addHelpText('after', '\nExamples:\n  reprice sinks resync shop')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const sink = await connect(context, options).sinks.resync(name);
      if (options.json) return await output.printJson(sink);
      await output.print(`${printable(name)} gets every live price; ${commandName} sinks shows how far it is.`);
    });
  sinks
    .command('replay')
    .summary('try what a sink would not take once more')
    .description(
      'Tries the dead letters of a sink once more, as far as no newer price was published since. Needs a key of scope admin.',
    )
    .argument('<name>', 'the sink')
    .addHelpText('after', '\nExamples:\n  reprice sinks replay shop')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const replayed = await connect(context, options).sinks.replay(name);
      if (options.json) return await output.printJson(replayed);
      await output.print(`${counted(replayed.replaying, 'dead letter')} of ${printable(name)} tried once more.`);
    });
}
