import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultApiUrl, loadClientConfig, readHttpUrl } from '@reprice/config/client';
import { z } from 'zod';
import type { Connection } from './api-client.ts';
import { usageError } from './command-error.ts';

/** Where `npm start` leaves the address and key of the API that it runs. */
export const startFile = path.join('.data', 'reprice.json');

const startFileSchema = z.object({ url: z.string(), apiKey: z.string() });

/** What was given on the command line. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly apiKey?: string;
}

function startedHere(cwd: string): Connection | undefined {
  for (let dir = cwd; ; dir = path.dirname(dir)) {
    try {
      const parsed = startFileSchema.safeParse(JSON.parse(readFileSync(path.join(dir, startFile), 'utf8')));
      const url = parsed.success ? readHttpUrl(parsed.data.url) : undefined;
      if (parsed.success && url !== undefined) return { url, apiKey: parsed.data.apiKey };
    } catch {
      // Not here: the folder above may be the checkout.
    }
    if (dir === path.dirname(dir)) return undefined;
  }
}

/**
 * Finds the API: `--url` and `--api-key`, then REPRICE_URL and REPRICE_API_KEY; when none of the four is given, the API that `npm start`
 * runs in the checkout around `cwd`; else the default address, without a key.
 * @throws CommandError (usage) for an address that is none; ConfigError for a bad environment.
 */
export function findConnection(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Connection {
  const config = loadClientConfig(env);
  const given = { url: options.url ?? config.url, apiKey: options.apiKey ?? config.apiKey };
  if (given.url === undefined && given.apiKey === undefined) {
    const started = startedHere(cwd);
    if (started !== undefined) return started;
  }
  const url = readHttpUrl(given.url ?? defaultApiUrl);
  if (url === undefined) {
    throw usageError(
      '--url takes an http:// or https:// URL like http://127.0.0.1:8080, without user, password or query.',
    );
  }
  if (given.apiKey !== undefined && !/^[\x21-\x7e]+$/.test(given.apiKey)) {
    throw usageError('--api-key takes a key without blanks, line breaks or characters outside ASCII.');
  }
  return given.apiKey === undefined ? { url } : { url, apiKey: given.apiKey };
}
