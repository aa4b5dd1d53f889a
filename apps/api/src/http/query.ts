import type { IncomingMessage } from 'node:http';
import { nearest } from '@reprice/pricing';
import { z } from 'zod';
import { Problem, type ProblemPlace } from '../problem/problem.ts';

/**
 * Reads the query string by a schema of strings. Unknown parameters, and such as stand there twice, are refused: a misspelt `?proirity=`
 * must not be dropped silently. Throws a `validation` or `unknown-field` problem that names each parameter.
 */
export function readQuery<T extends z.ZodRawShape>(req: IncomingMessage, shape: T): z.infer<z.ZodObject<T>> {
  const known = Object.keys(shape);
  const given = new Map<string, string>();
  const unknown: ProblemPlace[] = [];
  const repeated: ProblemPlace[] = [];
  for (const [name, value] of new URL(req.url ?? '/', 'http://query').searchParams) {
    if (!known.includes(name))
      unknown.push({ parameter: name.slice(0, 60), code: 'unknown-field', detail: unknownDetail(name, known) });
    else if (given.has(name))
      repeated.push({ parameter: name, code: 'repeated', detail: `"${name}" may stand there once.` });
    given.set(name, value);
  }
  if (unknown.length > 0) throw new Problem('unknown-field', sentence(unknown), { errors: unknown });
  if (repeated.length > 0) throw new Problem('validation', sentence(repeated), { errors: repeated });
  const parsed = z.object(shape).safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue): ProblemPlace => {
    const parameter = String(issue.path[0] ?? '');
    return { parameter, code: 'invalid', detail: `"${parameter}" must be ${issue.message}.` };
  });
  throw new Problem('validation', sentence(errors), { errors });
}

function unknownDetail(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `There is no parameter "${name.slice(0, 60)}"; did you mean "${near}"?`;
  const list = known.length > 0 ? `there are ${known.join(', ')}` : 'none is taken here';
  return `There is no parameter "${name.slice(0, 60)}"; ${list}.`;
}

/** All details of some faults as one text. */
export function sentence(errors: readonly ProblemPlace[]): string {
  return errors
    .slice(0, 5)
    .map((error) => error.detail)
    .join(' ');
}
