import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultApiUrl, loadClientConfig, readHttpUrl } from '@reprice/config/client';
import { z } from 'zod';
import type { Connection } from './api-transport.ts';
import { usageError } from './command-error.ts';

/** Where `npm start` leaves the address and key of the API that it runs. */
const startFile = path.join('.data', 'reprice.json');

const startFileSchema = z.object({ url: z.string(), apiKey: z.string() });

/** What was given on the command line. */
export interface ConnectionOptions {
  readonly url?: string;
  readonly apiKey?: string;
}

/** Where an address came from, in words. */
const origins = {
  flag: 'from --url',
  variable: 'from REPRICE_URL',
  start: 'from the `npm start` of this checkout',
  none: 'the default address',
} as const;

function isSameServer(one: string, other: string): boolean {
  const place = (url: string): string => {
    const { protocol, hostname, port, pathname } = new URL(url);
    return `${protocol}${hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname}:${port}${pathname}`;
  };
  return place(one) === place(other);
}

function startedHere(cwd: string): (Omit<Connection, 'origin'> & { apiKey: string }) | undefined {
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
 * Finds the API: `--url` and `--api-key`, then REPRICE_URL and REPRICE_API_KEY; what neither gives is taken from the API that `npm start`
 * runs in the checkout around `cwd`, its key only for its own address, for no other server may see it; else the default address, without a key.
 * @throws CommandError (usage) for an address that is none; ConfigError for a bad environment.
 */
export function findConnection(
  options: ConnectionOptions,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Connection {
  const config = loadClientConfig(env);
  const given = { url: options.url ?? config.url, apiKey: options.apiKey ?? config.apiKey };
  const started = given.url === undefined || given.apiKey === undefined ? startedHere(cwd) : undefined;
  const url = readHttpUrl(given.url ?? started?.url ?? defaultApiUrl);
  if (url === undefined) {
    throw usageError(
      '--url takes an http:// or https:// URL like http://127.0.0.1:8080, without user, password or query.',
    );
  }
  if (given.apiKey !== undefined && !/^[\x21-\x7e]+$/.test(given.apiKey)) {
    throw usageError('--api-key takes a key without blanks, line breaks or characters outside ASCII.');
  }
  const origin =
    options.url !== undefined
      ? origins.flag
      : config.url !== undefined
        ? origins.variable
        : started
          ? origins.start
          : origins.none;
  const apiKey = given.apiKey ?? (started !== undefined && isSameServer(url, started.url) ? started.apiKey : undefined);
  return apiKey === undefined ? { url, origin } : { url, apiKey, origin };
}
