import { setTimeout as sleep } from 'node:timers/promises';

/** The API of this run, and a key of it. */
export interface OwnApi {
  readonly url: string;
  readonly key: string;
}

/** What the API answers to a GET, as JSON; while it has no connection to Redis yet it is asked again. Throws after `withinMs`. */
export async function ask(api: OwnApi, path: string, withinMs: number): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${api.key}` };
  const signal = AbortSignal.timeout(withinMs);
  let answer = await fetch(api.url + path, { headers, signal });
  while (answer.status === 503) {
    await sleep(100, undefined, { signal });
    answer = await fetch(api.url + path, { headers, signal });
  }
  if (!answer.ok) throw new Error(`GET ${path} answered ${answer.status}.`);
  return (await answer.json()) as Record<string, unknown>;
}
