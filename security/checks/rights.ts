import { KeyRing } from '../../apps/api/src/auth/keys.ts';
import { doors, filled, ownRoutes } from '../routes.ts';
import type { Who } from '../stand.ts';
import { Broken, type Check, noneOf } from './check.ts';

/** What needs no key, and why not. */
const open: Readonly<Record<string, string>> = {
  '/healthz': 'says that the process is alive',
  '/readyz': 'says whether it can do its work',
  '/login': 'the form for the key',
  '/logout': 'takes the cookie away',
};

const callers = ['none', 'read', 'write', 'admin'] as const satisfies readonly Who[];

export const rights: readonly Check[] = [
  {
    id: 'S1',
    what: 'No route without login but /healthz, /readyz and the login itself',
    how: 'every route of the router, and paths that none takes, asked without a key → 401',
    async run(stand) {
      const all = doors();
      noneOf(
        all
          .filter(({ scope, path }) => scope === 'public' && open[path] === undefined)
          .map(({ path }) => `${path} is public`),
      );
      const guarded = all.filter(({ scope }) => scope !== 'public');
      const elsewhere = [
        '/nosuch',
        '/docs',
        '/docs/x',
        '/metrics',
        '/openapi.json',
        '/problems/validation',
        '/admin/queues/static/x',
        '/favicon.ico',
        '/.env',
        '/.git/config',
      ];
      const asked = [
        ...guarded.map(({ method, path }) => [method, filled(path)]),
        ...elsewhere.map((path) => ['GET', path]),
        ...guarded.map(({ path }) => ['OPTIONS', filled(path)]),
      ];
      const faults: string[] = [];
      for (const [method = '', path = ''] of asked) {
        const { status } = await stand.call('none', { method, path });
        if (status !== 401) faults.push(`${method} ${path}: ${status}`);
      }
      noneOf(faults);
      return `${asked.length} requests without a key: 401 each`;
    },
  },
  {
    id: 'S2',
    what: 'Bull Board cannot write',
    how: "every route of Bull Board's own router that is not a GET, with keys of all scopes → 405 before it gets there; the queue is as it was",
    async run(stand) {
      const writes = doors().filter(({ board, method }) => board && method !== 'GET');
      if (writes.length < 17) throw new Broken(`only ${writes.length} write routes of Bull Board found`);
      const before = await queueState();
      const faults: string[] = [];
      for (const { method, path } of writes)
        for (const who of ['read', 'write', 'admin'] as const) {
          const at = filled(path);
          const { status } = await stand.call(who, {
            method,
            path: at,
            headers: { 'content-type': 'application/json' },
            body: '{}',
          });
          if (status !== 405) faults.push(`${method} ${at} as ${who}: ${status}`);
        }
      const after = await queueState();
      if (after !== before) faults.push(`the queue changed: ${before} → ${after}`);
      noneOf(faults);
      return `${writes.length} write routes × 3 scopes: 405 each`;

      async function queueState(): Promise<string> {
        const { body } = await stand.json('read', 'GET', '/admin/queues/api/queues');
        const [queue] = body.queues as { isPaused: boolean; readOnlyMode: boolean }[];
        return JSON.stringify([queue?.isPaused, queue?.readOnlyMode]);
      }
    },
  },
  {
    id: 'S9',
    what: 'Keys are held as hashes and compared in constant time',
    how: 'KeyRing with secrets of all lengths; S10 searches what Redis wrote for the keys themselves',
    run() {
      const ring = new KeyRing([{ name: 'a', scope: 'read', secret: 'secret-of-16-long' }]);
      for (const secret of ['', 'x', 'secret-of-16-lonG', 'x'.repeat(100_000), '\u0000', 'ü'])
        if (ring.bySecret(secret) !== undefined) throw new Broken(`${secret.slice(0, 20)} passes`);
      if (ring.bySecret('secret-of-16-long')?.name !== 'a') throw new Broken('the right key does not pass');
      if (JSON.stringify(ring).includes('secret-of')) throw new Broken('the ring holds the secret');
      return 'only SHA-256 in memory, timingSafeEqual over all keys';
    },
  },
  {
    id: 'S12',
    what: 'Every route asks for its scope',
    how: 'the router × keys of every scope: 401 without one, 403 below the scope, neither with it',
    async run(stand) {
      const faults: string[] = [];
      const all = ownRoutes();
      const ranks = { none: -1, read: 0, write: 1, admin: 2 };
      for (const { method, path, scope } of all)
        for (const who of callers) {
          if (scope === 'public') continue;
          // Without a body no write gets so far as to change anything; server-sent events would not end.
          const at = filled(path);
          const { status } = await stand.call(who, { method: method === 'GET' ? 'HEAD' : method, path: at });
          const seen = status === 401 || status === 403 ? status : 'in';
          const due = who === 'none' ? 401 : ranks[who] < ranks[scope] ? 403 : 'in';
          if (seen !== due) faults.push(`${method} ${path} as ${who}: ${status} instead of ${due}`);
          if (seen === 'in' && status >= 500) faults.push(`${method} ${path} as ${who}: ${status}`);
        }
      noneOf(faults);
      return `${all.length} routes × ${callers.length} callers (there is one tenant: no row belongs to another)`;
    },
  },
  {
    id: 'S13',
    what: 'Fields that nobody asked for are refused',
    how: 'every route that writes, with an admin key and the body {"ownerId":…,"__proto__":…}: 400 unknown-field, or 404 before the body is read',
    async run(stand) {
      const faults: string[] = [];
      const writes = ownRoutes().filter(({ method, scope }) => method !== 'GET' && scope !== 'public');
      for (const { method, path } of writes) {
        const body = '{"ownerId":"me","costUsd":"0","__proto__":{"polluted":1}}';
        const answer = await stand.call('admin', {
          method,
          path: filled(path),
          headers: { 'content-type': 'application/json' },
          body,
        });
        const { type } = JSON.parse(answer.body) as { type?: string };
        if (answer.status !== 404 && type !== '/problems/unknown-field')
          faults.push(`${method} ${path}: ${answer.status} ${type}`);
      }
      noneOf(faults);
      if ((await stand.watched()).polluted) throw new Broken('a prototype of the API is polluted');
      return `${writes.length} routes`;
    },
  },
];
