import { sinkName } from '@reprice/config';
import type { Sinks } from '@reprice/store';
import type { Request } from 'express';
import { Problem } from '../problem/problem.ts';

/** The name of a sink in the path. Throws a `validation` problem for a text that none can have. */
export function sinkNameOf(req: Request): string {
  const read = sinkName.safeParse(req.params.name);
  if (read.success) return read.data;
  const detail = `"name" must be ${read.error.issues[0]?.message ?? 'the name of a sink'}.`;
  throw new Problem('validation', detail, { errors: [{ parameter: 'name', code: 'invalid', detail }] });
}

/** Throws a 409 for a sink of the config file: what is changed here would come back with the next start. */
export async function requireNotConfigured(sinks: Pick<Sinks, 'get'>, name: string): Promise<void> {
  if ((await sinks.get(name))?.origin === 'config')
    throw new Problem('conflict', `The sink ${name} stands in the config file; change it there and restart.`);
}
