import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileFault, type StandardInput } from './catalogue.ts';
import { CommandError, usageError } from './command-error.ts';

const longestBytes = 1_000_000;

/** The table in a JSON file, or on standard input for `-`; what is wrong with its rates the API tells. Throws a CommandError. */
export async function readRatesFile(file: string, stdin: StandardInput): Promise<Record<string, unknown>> {
  const name = file === '-' ? 'standard input' : file;
  let content: string;
  try {
    content = await text(file === '-' ? stdin : createReadStream(file, { end: longestBytes }));
  } catch (error) {
    const fault = fileFault(name, error);
    throw fault instanceof CommandError
      ? fault
      : new CommandError('failed', `${name} cannot be read: ${fault.message}`);
  }
  const takes = 'It takes an object such as {"date": "2026-11-20", "base": "EUR", "perBase": {"USD": "1.0842"}}.';
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch {
    throw usageError(`${name} is no JSON.`, takes);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw usageError(`${name} holds no JSON object.`, takes);
}
