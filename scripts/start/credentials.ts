import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The keys of one run. */
export interface Credentials {
  /** For the API, as in the environment. */
  readonly apiKeys: string;
  /** What the CLI sends; undefined if none of the given keys may write. */
  readonly cliKey: string | undefined;
  /** Where the made key is kept; undefined if keys were given. */
  readonly keyFile: string | undefined;
}

const secret = () => randomBytes(24).toString('base64url');

/** The keys of `API_KEYS`, or one admin key, made once and kept in the data directory for its owner alone. */
export function credentials(dataDir: string, given: string | undefined): Credentials {
  if (given) return { apiKeys: given, cliKey: writingKey(given), keyFile: undefined };
  const keyFile = path.join(dataDir, 'api-key');
  const key = readKey(keyFile) ?? secret();
  writePrivately(keyFile, `${key}\n`);
  return { apiKeys: `start:admin:${key}`, cliKey: key, keyFile };
}

/** A key for the simulator; it lives as long as the run. */
export function gatewayKey(): string {
  return `sim-${secret()}`;
}

/** Tells `reprice` where this instance is, until the answer is called. */
export function publishInstance(dataDir: string, instance: { url: string; apiKey: string }): () => void {
  const file = path.join(dataDir, 'reprice.json');
  writePrivately(file, `${JSON.stringify(instance, null, 2)}\n`);
  return () => rmSync(file, { force: true });
}

/** The secret of the first `name:scope:secret` that may write. What is malformed is the API's to complain about. */
function writingKey(apiKeys: string): string | undefined {
  for (const key of apiKeys.split(',')) {
    const [, scope, ...rest] = key.trim().split(':');
    if (scope === 'write' || scope === 'admin') return rest.join(':');
  }
  return undefined;
}

function readKey(file: string): string | undefined {
  try {
    return /^[\w-]{32,}$/m.exec(readFileSync(file, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}

function writePrivately(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true }); // the mode below holds for new files only
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}
