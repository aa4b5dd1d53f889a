import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import type { Source } from '../completions.ts';
import { type Context, connect } from '../context.ts';
import { count } from '../figures.ts';
import { printable } from '../output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const examples = `
Examples:
  source <(npx reprice completion bash)                      in this shell; a line of ~/.bashrc makes it stay
  source <(npx reprice completion zsh)                       likewise, in ~/.zshrc
  npx reprice completion fish > ~/.config/fish/completions/reprice.fish

It also makes \`reprice\` a command of the shell, where there is none. Ids of batches, reasons and held SKUs are asked of the API.`;

const bin = fileURLToPath(new URL('../../bin/reprice.mjs', import.meta.url));
const quotedBin = `'${bin.replaceAll("'", "'\\''")}'`;
const executable = `node ${quotedBin}`;

/** What goes with the script: the command itself, where the shell has none; in bash also file names where the command takes a file. */
const beside: Readonly<Record<Shell, string>> = {
  bash: `command -v reprice > /dev/null || reprice() { ${executable} "$@"; }\ncomplete -o default -F __reprice_complete reprice`,
  zsh: `command -v reprice > /dev/null || reprice() { ${executable} "$@"; }`,
  fish: `type -q reprice; or function reprice; ${executable} $argv; end`,
};

/** Longest that a person waits for the API behind a TAB, in ms. */
const patienceMs = 800;

async function valuesOf(api: ApiClient, source: Source): Promise<(readonly [string, string])[]> {
  switch (source) {
    case 'batches':
      return (await api.batches(20)).map(({ id, status, total }) => [id, `${status}, ${count(total)} SKUs`]);
    case 'reasons':
      return Object.entries((await api.failedJobs({}, 1)).byReason).map(([reason, jobs]) => [
        reason,
        `${count(jobs)} jobs`,
      ]);
    case 'held':
      return (await api.held(50)).items.map(({ sku, price, currency }) => [sku, `${price} ${currency}`]);
    case 'keys':
      return (await api.gatewayKeys()).map(({ id, state }) => [id, state]);
    case 'shells':
      return shells.map((shell) => [shell, '']);
    case 'files':
      return [];
  }
}

/** Adds `reprice completion`, and the hidden `complete` that its scripts call; `fresh` makes the program whose words are completed. */
export function addCompletion(program: Command, context: Context, fresh: () => Command): void {
  program
    .command('completion')
    .summary('print the script that completes commands in a shell')
    .description('Prints a script by which the TAB key completes commands, options, ids of batches and more.')
    .argument('<shell>', `one of ${shells.join(', ')}`)
    .addHelpText('after', examples)
    .action(async (shell: string, _options: unknown, command: Command) => {
      const known = shells.find((name) => name === shell);
      if (known === undefined) {
        command.error(
          `error: there is no completion for '${printable(shell, 40)}'; there is for ${shells.join(', ')}.`,
        );
        return;
      }
      const { script } = await import('@bomb.sh/tab');
      script(known, 'reprice', executable);
      await context.output.print(beside[known]);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[], _options: unknown, command: Command) => {
      const { completionsOf } = await import('../completions.ts');
      const fetch = async (source: Source): Promise<readonly (readonly [string, string])[]> => {
        try {
          const late = new Promise<[]>((resolve) => setTimeout(resolve, patienceMs, []).unref());
          return await Promise.race([valuesOf(connect(context, command.optsWithGlobals()), source), late]);
        } catch {
          // Whoever presses TAB wants words, no errors.
          return [];
        }
      };
      const { values, isFile } = await completionsOf(fresh(), words, fetch);
      for (const [value, description] of values)
        await context.output.print(`${printable(value)}\t${printable(description)}`);
      // By cobra's convention: 4 = offer no files, 0 = offer files.
      await context.output.print(`:${isFile ? 0 : 4}`);
    });
}
