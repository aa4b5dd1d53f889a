import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from './api-keys.ts';
import { shown } from './masking.ts';
import { accepted, type Parsed, refused } from './parsed.ts';

const mostBytes = 65_536;
/** Who writes the file in pieces is done with it when it is the same after this time, in ms. */
const settlesWithinMs = 100;
const mostLooks = 10;

/** The file of GATEWAY_API_KEYS_FILE cannot be used; the message tells its path and lines, never what stands there. */
export class GatewayKeyFileError extends Error {
  constructor(file: string, problem: string) {
    super(`GATEWAY_API_KEYS_FILE ${shown(file)}: ${problem}`);
    this.name = 'GatewayKeyFileError';
  }
}

/** Reads the text of a key file: one key a line in order of use, each once; empty lines and those that begin with # are passed over. */
export function gatewayKeyLines(text: string): Parsed<readonly string[]> {
  const lines = new Map<string, number>();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const key = line.trim();
    if (key === '' || key.startsWith('#')) continue;
    const twin = lines.get(key);
    if (!printable.test(key)) return refused(`line ${index + 1} holds blanks or characters outside ASCII`);
    if (twin !== undefined) return refused(`lines ${twin} and ${index + 1} are the same`);
    lines.set(key, index + 1);
  }
  return lines.size === 0 ? refused('it holds no key') : accepted(Object.freeze([...lines.keys()]));
}

/** Reads a key file at the start of a process. */
export function loadGatewayKeyFile(file: string): Parsed<readonly string[]> {
  try {
    const problem = problemOf(statSync(file));
    return problem === undefined ? gatewayKeyLines(readFileSync(file, 'utf8')) : refused(problem);
  } catch (error) {
    return refused(`it cannot be read (${codeOf(error)})`);
  }
}

/** Looks again and again whether a key file has changed. */
export class GatewayKeyFile {
  readonly #file: string;
  #keys: readonly string[];

  /** @param keys those that the file held at the start */
  constructor(file: string, keys: readonly string[]) {
    this.#file = file;
    this.#keys = keys;
  }

  /**
   * The keys that the file holds now, if they are others than the last time; else undefined. A file that is being written is waited
   * for, up to a second.
   * @throws GatewayKeyFileError when the file cannot be read or holds anything but keys; the keys from before are then still the last.
   */
  async changed(): Promise<readonly string[] | undefined> {
    const keys = await this.#settled();
    if (isSame(keys, this.#keys)) return undefined;
    this.#keys = keys;
    return keys;
  }

  async #settled(): Promise<readonly string[]> {
    let text = await this.#text();
    for (let look = 1; look < mostLooks; look += 1) {
      const parsed = gatewayKeyLines(text);
      if (parsed.ok && isSame(parsed.value, this.#keys)) return this.#keys;
      await sleep(settlesWithinMs);
      const later = await this.#text();
      if (later === text) break;
      text = later;
    }
    const parsed = gatewayKeyLines(text);
    if (parsed.ok) return parsed.value;
    throw new GatewayKeyFileError(this.#file, parsed.problem ?? 'it cannot be read');
  }

  async #text(): Promise<string> {
    try {
      const problem = problemOf(await stat(this.#file));
      if (problem !== undefined) throw new GatewayKeyFileError(this.#file, problem);
      return await readFile(this.#file, 'utf8');
    } catch (error) {
      if (error instanceof GatewayKeyFileError) throw error;
      throw new GatewayKeyFileError(this.#file, `it cannot be read (${codeOf(error)})`);
    }
  }
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.join('\n') === others.join('\n');
}

function problemOf(found: { isFile(): boolean; readonly size: number }): string | undefined {
  if (!found.isFile()) return 'it is not a file';
  return found.size > mostBytes ? `it has ${found.size} bytes, more than ${mostBytes}` : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
