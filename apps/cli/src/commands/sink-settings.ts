import { type Command, InvalidArgumentError, Option } from 'commander';
import { usageError } from '../command-error.ts';
import { commandName } from '../command-name.ts';
import { confirm } from '../confirmation.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { wholeNumber } from '../option-values.ts';
import { printable } from '../output.ts';

interface SetOptions extends GlobalOptions {
  readonly kind: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly attempts?: number;
  readonly timeout?: number;
  readonly errorPercent?: number | false;
  readonly p99?: number | false;
  readonly all?: boolean;
}

function header(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([^:=\s]+)[:=]\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It takes NAME=VALUE, such as X-Api-Key=….');
  return { ...before, [name]: value };
}

function orNever(text: string): number | false {
  if (text === 'never') return false;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a number, or never.');
}

/** Adds `set`, `secret` and `delete` to `reprice sinks`. */
export function addSinkSettings(sinks: Command, context: Context): void {
  const { output } = context;
  sinks
    .command('set')
    .summary('save a sink, or change a saved one')
    .description(
      'Saves a sink at a public https address, or changes it; what is not given is the default. Needs a key of scope admin.',
    )
    .argument('<name>', 'lower-case letters, digits and -')
    .argument('<url>', 'where prices are sent to')
    .addOption(
      new Option('--kind <kind>', 'webhook: signed messages; http: another system, with headers')
        .choices(['webhook', 'http'])
        .default('webhook'),
    )
    .option('--header <name=value>', 'of an http sink, such as its key; repeatable', header)
    .option('--attempts <count>', 'after so many a message is a dead letter', wholeNumber(1, 50))
    .option('--timeout <ms>', 'deadline of an attempt', wholeNumber(100, 120_000))
    .option('--error-percent <percent>', 'it stops when more attempts fail within 5 minutes; or never', orNever)
    .option('--p99 <ms>', 'it stops when one attempt in a hundred takes longer for 5 minutes; or never', orNever)
    .option('--all', 'a new sink gets every live price first')
    .addHelpText(
      'after',
      '\nExamples:\n  reprice sinks set shop https://shop.example.com/hooks/prices --p99 2000\n  reprice sinks set erp https://erp.example.com/prices --kind http --header X-Api-Key=… --all',
    )
    .action(async (name: string, url: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SetOptions>();
      const { kind, header: headers, attempts, timeout: timeoutMs, errorPercent, p99: p99Ms, all } = options;
      if (kind === 'webhook' && headers !== undefined)
        throw usageError(
          'A webhook takes no headers: it is always a signed POST.',
          'Leave --header out, or add --kind http.',
        );
      const given = Object.entries({ errorPercent, p99Ms }).filter(([, value]) => value !== undefined);
      const triggers = given.length > 0 ? Object.fromEntries(given) : undefined;
      const wanted = { kind, url, headers, attempts, timeoutMs, triggers, startWith: all ? 'all' : undefined };
      const body = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
      const sink = await connect(context, options).sinks.save(name, body);
      if (options.json) return await output.printJson(sink);
      await output.print(`${printable(name)} is saved; npm run sinks follows within 2 seconds.`);
      if (sink.secret) {
        await output.print(`Its secret: ${printable(sink.secret)}`);
        output.tell('Give it to the receiver now: it is not shown again.');
      }
    });
  sinks
    .command('secret')
    .summary('give a saved webhook another secret')
    .description(
      'Gives a saved webhook another secret. Messages are signed with the one before as well, until the next change. Needs a key of scope admin.',
    )
    .argument('<name>', 'the sink')
    .addHelpText('after', '\nExamples:\n  reprice sinks secret shop')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { secret } = await connect(context, options).sinks.rotateSecret(name);
      if (options.json) return await output.printJson({ secret });
      await output.print(printable(secret));
      output.tell(`It is not shown again. The one before holds until the next ${commandName} sinks secret ${name}`);
    });
  sinks
    .command('delete')
    .summary('delete a sink that is saved, or removed')
    .description(
      'Deletes a saved sink, or one that is in no config file any more, with what waits for it and its dead letters. Needs a key of scope admin.',
    )
    .argument('<name>', 'the sink')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExamples:\n  reprice sinks delete shop --yes')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { yes?: boolean }>();
      await confirm(context, `Delete ${printable(name)}, and what waits for it?`, options.yes === true);
      await connect(context, options).sinks.delete(name);
      if (options.json) return await output.printJson({ deleted: name });
      await output.print(`${printable(name)} is deleted.`);
    });
}
