import { randomBytes } from 'node:crypto';
import type { SendingSinkConfig } from '@reprice/config';
import type { Store } from '@reprice/store';
import type { z } from 'zod';
import { Problem } from '../problem/problem.ts';
import type { sinkBody } from '../schemas/sinks.ts';

/** Sinks that may be saved. */
const MOST_SAVED = 50;
/** Bytes of a secret: as many as HMAC-SHA-256 uses. */
const SECRET_BYTES = 32;

/** The settings of the saved sinks, by name. */
export async function savedSinks({ sinks }: Pick<Store, 'sinks'>): Promise<Map<string, SendingSinkConfig>> {
  const saved = Object.entries(await sinks.saved());
  return new Map(saved.map(([name, text]) => [name, JSON.parse(text) as SendingSinkConfig]));
}

/** A secret of Standard Webhooks that nobody has seen. */
function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Saves a sink as asked; one of the same name keeps its secrets. Returns the secret of a new webhook. Throws a 400 or 409. */
export async function saveSink(
  store: Pick<Store, 'sinks'>,
  name: string,
  body: z.infer<typeof sinkBody>,
): Promise<{ readonly isNew: boolean; readonly secret?: string }> {
  const saved = await savedSinks(store);
  const before = saved.get(name);
  if (!before && saved.size >= MOST_SAVED)
    throw new Problem('conflict', `${MOST_SAVED} sinks are saved, and no more can be; delete one first.`);
  const { kind, method, headers, ...pace } = body;
  if (kind === 'http') {
    await put(store, name, { kind, ...pace, method: method ?? 'POST', headers: headers ?? {}, allowPrivate: false });
    return { isNew: !before };
  }
  for (const [field, value] of Object.entries({ method, headers })) {
    if (value === undefined) continue;
    const detail = `"${field}" must be left out of a webhook: it is always a signed POST; kind http takes it.`;
    throw new Problem('validation', detail, { errors: [{ pointer: `/${field}`, code: 'invalid', detail }] });
  }
  const kept = before?.kind === 'webhook' ? before.secrets : undefined;
  const secrets = kept ?? [newSecret()];
  await put(store, name, { kind, ...pace, secrets, allowPrivate: false });
  return { isNew: !before, ...(!kept && secrets[0] !== undefined && { secret: secrets[0] }) };
}

/** Gives a saved webhook another secret; the one before signs as well until the next time. Undefined where there is no such webhook. */
export async function rotateSecret(store: Pick<Store, 'sinks'>, name: string): Promise<string | undefined> {
  const before = (await savedSinks(store)).get(name);
  if (before?.kind !== 'webhook') return undefined;
  const secret = newSecret();
  await put(store, name, { ...before, secrets: [secret, ...(before.secrets ?? []).slice(0, 1)] });
  return secret;
}

async function put({ sinks }: Pick<Store, 'sinks'>, name: string, settings: SendingSinkConfig): Promise<void> {
  await sinks.save(name, JSON.stringify(settings));
}
