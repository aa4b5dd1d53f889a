import type { Scope } from '@reprice/config';
import type { Request, RequestHandler, Response } from 'express';
import { requireScope } from '../auth/authenticate.ts';
import type { KeyRing } from '../auth/keys.ts';
import { Problem } from '../problem/problem.ts';
import type { Operation } from './operation.ts';

/** One entry of the API's surface. `public` needs no key. GET answers HEAD too. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly scope: Scope | 'public';
  /** Whether a request is let in without a key, since the handler looks itself at how its sender proves who they are. */
  readonly provesItself?: (req: Request) => boolean;
  /** What /openapi.json tells of it; absent = a page for people. */
  readonly about?: Operation;
  readonly handle: (req: Request, res: Response) => Promise<void> | void;
}

/** One middleware for all routes of a path: key, scope, method, handler. `keyless` answers those without a key (default: 401 problem). */
export function pathHandler(
  routes: readonly Route[],
  keys: KeyRing,
  clock: () => number,
  keyless?: (req: Request, res: Response) => void,
): RequestHandler {
  return async (req, res, next) => {
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    const route = routes.find((candidate) => candidate.method === method);
    if (route?.scope !== 'public' && !route?.provesItself?.(req)) {
      let passed: { refusal: unknown } | undefined;
      requireScope(
        keys,
        route?.scope ?? 'read',
        clock,
        keyless,
      )(req, res, (refusal: unknown) => {
        passed = { refusal };
      });
      if (passed === undefined) return;
      if (passed.refusal !== undefined) {
        next(passed.refusal);
        return;
      }
    }
    if (route === undefined) {
      const allow = routes.map((candidate) => (candidate.method === 'GET' ? 'GET, HEAD' : candidate.method)).join(', ');
      throw new Problem('method-not-allowed', `Here ${allow} is taken.`, { headers: { allow } });
    }
    await route.handle(req, res);
  };
}

/** The routes by path, in their order. */
export function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) {
    const there = paths.get(route.path);
    if (there === undefined) paths.set(route.path, [route]);
    else there.push(route);
  }
  return paths;
}
