import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { ago } from '../figures.ts';
import { noteText } from '../option-values.ts';
import { printable } from '../output.ts';
import type { Freeze } from '../service-responses.ts';
import { requireSubcommand } from '../subcommands.ts';

const freezeExamples = `
Examples:
  reprice freeze --reason "prices of shoes look wrong"
  reprice freeze status
  reprice freeze off                       the same as reprice unfreeze

While frozen no call goes to the gateway and no price goes live, but what a person approves or rolls back. Work keeps its place and loses
no attempt; submissions are taken, and wait.`;

const unfreezeExamples = `
Examples:
  reprice unfreeze`;

/** The state of the freeze in words. */
function freezeText(freeze: Freeze, nowMs: number): string {
  if (!freeze.frozen) return 'Not frozen: calls go out, and prices go live.';
  const since = freeze.since ? ` since ${freeze.since} (${ago(freeze.since, nowMs)})` : '';
  const by = freeze.by ? ` by ${freeze.by}` : '';
  return printable(`FROZEN${since}${by}${freeze.reason ? `: ${freeze.reason}` : ''}`, 400);
}

async function set(context: Context, command: Command, frozen: boolean): Promise<void> {
  const { output } = context;
  const options = command.optsWithGlobals<GlobalOptions & { reason?: string }>();
  const state = await connect(context, options).setFreeze(frozen, frozen ? options.reason : undefined);
  if (options.json) return output.printJson(state);
  await output.print(freezeText(state, Date.now()));
  if (state.frozen) output.tell(`No call goes out and no price goes live until: ${commandName} unfreeze`);
}

/** Adds `reprice freeze`, its `off` and `status`, and `reprice unfreeze`. */
export function addFreeze(program: Command, context: Context): void {
  const freeze = program
    .command('freeze')
    .summary('stop all calls and publishing, or let them go on')
    .description(
      'Stops all calls to the gateway and all publishing at once, until it is lifted. Needs a key of scope write.',
    )
    .option('--reason <text>', 'why, for whoever wonders', noteText)
    .addHelpText('after', freezeExamples)
    .action((_options: unknown, command: Command) => set(context, command, true));
  requireSubcommand(freeze);
  freeze
    .command('off')
    .summary('let calls and publishing go on')
    .description('Lets calls and publishing go on: the same as `reprice unfreeze`.')
    .addHelpText('after', '\nExamples:\n  reprice freeze off')
    .action((_options: unknown, command: Command) => set(context, command, false));
  freeze
    .command('status')
    .summary('tell whether it is frozen')
    .description('Tells whether calls and publishing are stopped, since when, by whom and why; changes nothing.')
    .addHelpText('after', '\nExamples:\n  reprice freeze status --json')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const state = await connect(context, options).freeze();
      await (options.json ? context.output.printJson(state) : context.output.print(freezeText(state, Date.now())));
    });
  program
    .command('unfreeze')
    .summary('let calls and publishing go on')
    .description('Lifts the freeze: calls and publishing go on where they stopped. Needs a key of scope write.')
    .addHelpText('after', unfreezeExamples)
    .action((_options: unknown, command: Command) => set(context, command, false));
}
