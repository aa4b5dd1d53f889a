import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The options of a bench from the command line, numbers being whole and above 0. Asked for help or told nonsense, it says so and ends. */
export function benchOptions<T extends { readonly [name: string]: number | string }>(help: string, defaults: T) {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean' } };
  for (const [name, value] of Object.entries(defaults)) options[name] = { type: 'string', default: String(value) };
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(help);
    process.exit();
  }
  const read: Record<string, unknown> = {};
  for (const [name, usual] of Object.entries(defaults)) {
    const text = values[name];
    read[name] = typeof usual === 'number' ? Number(text) : text;
    if (typeof usual === 'string' || (Number.isInteger(read[name]) && Number(read[name]) > 0)) continue;
    process.stderr.write(`--${name} takes a whole number above 0, not ${text}\n`);
    process.exit(2);
  }
  return read as { readonly [K in keyof T]: T[K] extends number ? number : string };
}
