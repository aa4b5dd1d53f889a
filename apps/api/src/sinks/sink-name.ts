import { sinkName } from '@reprice/config';
import type { Request } from 'express';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';

/** The name of a sink in the path. Throws a `validation` problem for a text that none can have. */
export function sinkNameOf(req: Request): string {
  const read = sinkName.safeParse(req.params.name);
  if (read.success) return read.data;
  const detail = `"name" must be ${read.error.issues[0]?.message ?? 'the name of a sink'}.`;
  throw new Problem('validation', detail, { errors: [{ parameter: 'name', code: 'invalid', detail }] });
}

/**
 * Throws a 409 for a sink of the config file: what is changed here would come back with the next start. One that the file names no more, and that no
 * process delivers to, is nobody's. `configured`: the sinks that the API's configuration names.
 */
export async function requireNotConfigured(
  { store, sinks: configured }: Pick<ApiDeps, 'store' | 'sinks'>,
  name: string,
): Promise<void> {
  const record = await store.sinks.get(name);
  if (configured.includes(name) || (record?.origin === 'config' && record.process !== undefined))
    throw new Problem(
      'conflict',
      `The sink ${name} stands in the config file; change it there, and restart the API and npm run sinks.`,
    );
}
