import { nearest } from '@reprice/config/client';
import type { Command } from 'commander';
import { usageError } from './command-error.ts';

/**
 * For a command that does something by itself and has subcommands besides, such as `reprice budget`: a word behind it that is none of them
 * is a mistyped subcommand, not an argument too many.
 */
export function requireSubcommand(command: Command): void {
  command.allowExcessArguments().hook('preAction', (_self, action) => {
    const [word] = action.args;
    if (action !== command || word === undefined) return;
    const names = command.commands.map((subcommand) => subcommand.name());
    const near = nearest(word, names);
    const typed = `${command.parent?.name()} ${command.name()}`;
    throw usageError(
      `\`${typed}\` has no subcommand '${word.slice(0, 60)}'${near === undefined ? '' : `; did you mean ${near}?`}`,
      `There are ${names.join(', ')}; \`${typed} --help\` shows them.`,
    );
  });
}
