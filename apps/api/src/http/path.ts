import type { Request } from 'express';
import { Problem } from '../problem/problem.ts';

/** The id in the path; a text that no id of ours can be is a 404, one with control characters a 400. */
export function idOf(req: Request, what: string): string {
  const { id } = req.params;
  if (typeof id !== 'string' || /\p{Cc}/u.test(id))
    throw new Problem('malformed-request', `This is no id of a ${what}.`);
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(id)) throw notFound(what);
  return id;
}

/** The answer for something that is not there. */
export function notFound(what: string): Problem {
  return new Problem('not-found', `There is no such ${what}.`);
}
