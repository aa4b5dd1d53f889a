import type { Command } from 'commander';
import { exitCodes } from '../command-error.ts';
import { configCheck } from '../config-check.ts';
import { type Context, connect, type GlobalOptions } from '../context.ts';
import { examineApi } from '../examination.ts';
import { counted } from '../figures.ts';
import { type Output, printable } from '../output.ts';
import type { Check } from '../service-responses.ts';

const examples = `
Examples:
  reprice doctor
  reprice doctor --json | jq '.checks[] | select(.state != "ok")'

Looks at the API, and through it at Redis, gateway, keys, workers, queue and budget; at the settings in this folder and at the clock of
this machine. With a key of scope admin it sees all. The exit code is 1 when something is broken (✗).`;

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], failed: ['red', '✗'] } as const;

function checkLines(output: Output, { id, state, detail, advice }: Check, width: number): string[] {
  const [colour, mark] = marks[state];
  const [first = '', ...more] = detail.split('\n').map((line) => printable(line, 600));
  const indent = ' '.repeat(width + 4);
  return [
    `${output.paint(colour, mark)} ${id.replaceAll('-', ' ').padEnd(width)}  ${first}`,
    ...more.map((line) => `${indent}${line}`),
    ...(advice ? [`${indent}→ ${printable(advice, 400)}`] : []),
  ];
}

function verdict(checks: readonly Check[], unseen: readonly string[]): string {
  const broken = checks.filter(({ state }) => state === 'failed').length;
  const doubtful = checks.filter(({ state }) => state === 'warning').length;
  const not = unseen.length > 0 ? `Not seen: ${unseen.map((id) => id.replaceAll('-', ' ')).join(', ')}. ` : '';
  if (broken + doubtful === 0) return `${not}${counted(checks.length, 'check')}, all well.`;
  const found = [broken > 0 ? `${broken} broken` : '', doubtful > 0 ? `${doubtful} to look at` : ''];
  return `${not}${counted(checks.length, 'check')}: ${found.filter(Boolean).join(', ')}.`;
}

/** Adds `reprice doctor`. */
export function addDoctor(program: Command, context: Context): void {
  program
    .command('doctor')
    .summary('look at all that the work needs, and say what to do')
    .description('Looks at all that the work needs; each line says how it stands (✓ ! ✗), and what to do.')
    .addHelpText('after', examples)
    .action(async (_options: unknown, command: Command) => {
      const { output } = context;
      const options = command.optsWithGlobals<GlobalOptions>();
      const config = await configCheck(context.env, context.cwd);
      const api = connect(context, options);
      const found = await examineApi(api, api.url, context);
      const checks = [config, ...found.checks];
      const isOk = checks.every(({ state }) => state !== 'failed');
      if (!isOk) context.exitCode = exitCodes.failed;
      if (options.json) return output.printJson({ ok: isOk, checks, unseen: found.unseen });
      const width = Math.max(...checks.map(({ id }) => id.length));
      await output.print(checks.flatMap((check) => checkLines(output, check, width)).join('\n'));
      await output.print(`\n${verdict(checks, found.unseen)}`);
    });
}
