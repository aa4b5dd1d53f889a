import type { Command } from 'commander';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { ago, count, duration } from '../figures.ts';
import { printable } from '../output.ts';
import type { Feed } from '../service-responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';

const examples = `
Examples:
  reprice feeds
  reprice feeds --json                   with the place of each, and all counts
  reprice feeds forget market            a feed that is no longer run keeps nothing back any more`;

async function printFeeds(context: Context, feeds: readonly Feed[], nowMs: number): Promise<void> {
  const { output } = context;
  if (feeds.length === 0)
    return output.tell('No feed was ever run. Name them in the config file (feeds: { … }), and start npm run feed.');
  const columns = [
    { head: 'feed' },
    { head: 'state' },
    { head: 'since' },
    { head: 'age', isFigure: true },
    { head: 'events', isFigure: true },
    { head: 'gaps', isFigure: true },
    { head: 'twice', isFigure: true },
    { head: 'unusable', isFigure: true },
    { head: 'reconnects', isFigure: true },
    { head: 'why', longest: 100 },
  ];
  const rows = feeds.map((feed) => [
    feed.name,
    feed.state,
    ago(feed.since, nowMs),
    typeof feed.ageSeconds === 'number' ? duration(feed.ageSeconds * 1000) : '—',
    count(feed.events),
    count(feed.gaps),
    count(feed.duplicates),
    count(feed.quarantined),
    count(feed.reconnects),
    printable(feed.detail, 100),
  ]);
  await output.print(list(output, columns, rows));
  for (const { name } of feeds.filter(({ refused }) => refused))
    output.tell(
      `The market refuses the key of ${printable(name)}: put a valid one into feeds.${printable(name)}.token of the config file, and start npm run feed again.`,
    );
  const holding = feeds.filter(({ holds }) => holds);
  if (holding.length === 0) return;
  const names = holding.map(({ name }) => name).join(', ');
  output.tell(
    `Repricing from observations waits for ${printable(names)}, whoever sent them; batches go on, nothing is lost.`,
  );
  for (const { name } of holding.filter(({ state, refused }) => state === 'down' && !refused))
    output.tell(
      printable(
        `${name} is down. Is its process alive (npm run feed), and the market reachable? If the config file does not name it any more: reprice feeds forget ${name}`,
        400,
      ),
    );
}

/** Adds `reprice feeds` and `reprice feeds forget`. */
export function addFeeds(program: Command, context: Context): void {
  const feeds = program
    .command('feeds')
    .summary('show how the feeds of the market stand')
    .description(
      'Shows the feeds of the market: whether each is in sync, how old what it brought is, and what it had to mend.',
    )
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).feeds();
      if (options.json) return context.output.printJsonLines(found);
      await printFeeds(context, found, Date.now());
    });
  requireSubcommand(feeds);
  feeds
    .command('forget')
    .summary('let go of a feed that is no longer run')
    .description(
      'Forgets a feed that no process runs, so that repricing from observations waits for it no longer. Needs a key of scope admin.',
    )
    .argument('<name>', 'the feed, as `reprice feeds` shows it')
    .addHelpText('after', '\nExamples:\n  reprice feeds forget market')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const forgotten = await connect(context, options).forgetFeed(name);
      if (options.json) return context.output.printJson(forgotten);
      await context.output.print(`Forgotten: ${printable(forgotten.name)} keeps nothing back any more.`);
    });
}
