import { appRoutes } from '@bull-board/api/dist/routes.js';
import type { Scope } from '@reprice/config';
import { apiRoutes } from '../apps/api/src/app.ts';
import type { ApiDeps } from '../apps/api/src/deps.ts';
import type { Route } from '../apps/api/src/http/route.ts';
import { boardPath } from '../apps/api/src/routes/board.ts';

/** One entry of the API's surface: what is added to its routers is attacked from then on. */
export interface Door {
  readonly method: string;
  /** With `:name` where a value goes. */
  readonly path: string;
  readonly scope: Scope | 'public';
  /** Bull Board's: whatever is not a GET is refused before it gets there. */
  readonly board: boolean;
}

/** Stands for whatever the API is made of: its routes are looked at, not called. */
const anything: unknown = new Proxy(() => {}, {
  get: (_, name) => {
    if (name === Symbol.toPrimitive) return () => 'anything';
    if (name === Symbol.iterator) return () => [][Symbol.iterator]();
    return name === 'then' ? undefined : anything;
  },
  apply: () => anything,
  construct: () => anything as object,
});

/** The routes of our own, as app.ts lists them. */
export function ownRoutes(): Route[] {
  return apiRoutes(anything as ApiDeps);
}

/** All doors: our own routes, the start page, Bull Board's pages and its whole API. */
export function doors(): Door[] {
  const own = ownRoutes().map(({ method, path, scope }): Door => ({ method, path, scope, board: false }));
  const board = [{ method: 'get', route: ['/', '/queue/:queueName'] }, ...appRoutes.api].flatMap(({ method, route }) =>
    [route]
      .flat()
      .flatMap((path) =>
        [method]
          .flat()
          .map((verb): Door => ({ method: verb.toUpperCase(), path: boardPath + path, scope: 'read', board: true })),
      ),
  );
  return [...own, { method: 'GET', path: '/', scope: 'read', board: false }, ...board];
}

/** The path with something in the place of each `:name`. */
export function filled(path: string, value: (name: string) => string = sampleOf): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(value(name)));
}

/** Something that looks like what belongs there, and is not there. */
function sampleOf(name: string): string {
  return (
    { id: 'b00000000000', queueName: 'reprice', jobId: '1', queueStatus: 'failed', sku: 'nosuch' }[name] ?? 'nosuch'
  );
}
