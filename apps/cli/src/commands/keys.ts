import type { Command } from 'commander';
import { commandName } from '../command-name.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { count, duration } from '../figures.ts';
import { printable } from '../output.ts';
import type { ChangedKey, GatewayKey } from '../responses.ts';
import { requireSubcommand } from '../subcommands.ts';
import { list } from '../table.ts';

const examples = `
Examples:
  reprice keys
  reprice keys revoke 3f9a1c0b7e22       no worker uses it from a second later on
  reprice keys restore 3f9a1c0b7e22`;

function stateText({ state, untilAt }: GatewayKey): string {
  if (state !== 'resting' || !untilAt) return state;
  const leftMs = Date.parse(untilAt) - Date.now();
  return leftMs > 0 ? `resting for ${duration(leftMs)}` : 'resting, to be tried by the next call';
}

async function printKeys(context: Context, keys: readonly GatewayKey[]): Promise<void> {
  const { output } = context;
  if (keys.length === 0) {
    return output.tell(
      'No gateway key is configured: calls go out without one. Set GATEWAY_API_KEYS or GATEWAY_API_KEYS_FILE.',
    );
  }
  const columns = [
    { head: 'order', isFigure: true },
    { head: 'key' },
    { head: 'state', longest: 50 },
    { head: 'held by workers' },
    { head: 'calls', isFigure: true },
    { head: 'refused', isFigure: true },
    { head: 'reason', longest: 100 },
  ];
  const rows = keys.map((key) => [
    key.position ? String(key.position) : '—',
    key.id,
    stateText(key),
    key.inUse ? 'yes' : 'no',
    count(key.calls),
    count(key.refused),
    key.reason ?? '',
  ]);
  await output.print(list(output, columns, rows));
  if (!keys.some((key) => key.inUse)) {
    output.tell(
      'No worker runs: these are the keys that the API is configured with. Calls are made once a worker runs.',
    );
  }
  if (!keys.some((key) => key.state === 'active')) output.tell('No key can be used: calls wait, and no work is lost.');
}

async function change(context: Context, id: string, action: 'revoke' | 'restore', command: Command): Promise<void> {
  const { output } = context;
  const options = command.optsWithGlobals<GlobalOptions>();
  const key: ChangedKey = await connect(context, options).changeKey(id, action);
  if (options.json) return output.printJson(key);
  const then = action === 'revoke' ? 'revoked: from a second on no worker uses it' : 'restored: workers use it again';
  await output.print(`Key ${printable(key.id)} is ${then}.`);
  if (key.usableKeys === 0) {
    output.tell(
      `No key is left: calls wait, no work is lost. Restore one (${commandName} keys restore ID) or configure another.`,
    );
  }
}

/** Adds `reprice keys`, `reprice keys revoke` and `reprice keys restore`. */
export function addKeys(program: Command, context: Context): void {
  const keys = program
    .command('keys')
    .summary('show, revoke or restore the keys of the gateway')
    .description(
      'Shows the API keys of the gateway, each by the first 12 hex digits of its SHA-256, and what became of them. Needs a key of scope admin.',
    )
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = await connect(context, options).gatewayKeys();
      if (options.json) return context.output.printJsonLines(found);
      await printKeys(context, found);
    });
  requireSubcommand(keys);
  keys
    .command('revoke')
    .summary('take a key out of use')
    .description('Takes a key out of use by all workers within a second; calls in flight end with it.')
    .argument('<id>', 'the key, as `reprice keys` shows it')
    .addHelpText('after', '\nExamples:\n  reprice keys revoke 3f9a1c0b7e22')
    .action((id: string, _options: unknown, command: Command) => change(context, id, 'revoke', command));
  keys
    .command('restore')
    .summary('let a key be used again')
    .description('Lets all workers use a key again that was revoked, or that rests.')
    .argument('<id>', 'the key, as `reprice keys` shows it')
    .addHelpText('after', '\nExamples:\n  reprice keys restore 3f9a1c0b7e22')
    .action((id: string, _options: unknown, command: Command) => change(context, id, 'restore', command));
}
