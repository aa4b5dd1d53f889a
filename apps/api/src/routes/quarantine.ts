import type { Quarantined } from '@reprice/store';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readOptionalControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { clearedSchema, quarantinePageSchema } from '../schemas/quarantine.ts';

const source = z.string().min(1, 'the name of a source').max(100, 'the name of a source').optional();
const cursorTakes = 'a nextCursor of this list';

const listQuery = {
  source: source.meta({ description: 'Only what this source or feed sent' }),
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50')
    .meta({ description: 'Entries at most' }),
  cursor: z
    .string()
    .regex(/^\d{1,16}-\d{1,10}$/, cursorTakes)
    .optional()
    .meta({ description: 'The `nextCursor` of the page before' }),
};

const clearQuery = { source: source.meta({ description: 'Only of this source or feed; absent = all' }) };

/** What sources and feeds sent and nobody could use. */
export function quarantineRoutes(deps: ApiDeps): Route[] {
  const { quarantine } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/quarantine',
      scope: 'read',
      about: {
        id: 'listQuarantine',
        tag: 'observations',
        summary: 'What could not be used, the newest first, and why',
        description:
          'What sources and feeds sent and nobody could use: shapes that are not known, things without a SKU, values that an observation does not take. The newest 10,000 or so are kept.',
        query: listQuery,
        replies: { 200: { description: 'A page of it.', content: { 'application/json': quarantinePageSchema } } },
      },
      async handle(req, res) {
        const { source, limit, cursor } = readQuery(req, listQuery);
        const [page, counts] = await Promise.all([
          quarantine.list(Number(limit), {
            ...(source !== undefined && { source }),
            ...(cursor !== undefined && { cursor }),
          }),
          quarantine.counts(),
        ]);
        const told = [...counts].flatMap(([name, byReason]) =>
          source === undefined || name === source ? [[name, Object.fromEntries(byReason)] as const] : [],
        );
        res.json({
          items: page.items.map(shown),
          nextCursor: page.nextCursor ?? null,
          counts: Object.fromEntries(told),
        });
      },
    },
    {
      method: 'DELETE',
      path: '/v1/quarantine',
      scope: 'admin',
      about: {
        id: 'clearQuarantine',
        tag: 'observations',
        summary: 'Forget what could not be used',
        query: clearQuery,
        replies: { 200: { description: 'It is forgotten.', content: { 'application/json': clearedSchema } } },
      },
      async handle(req, res) {
        const { source } = readQuery(req, clearQuery);
        await readOptionalControl(req, z.object({}));
        res.json({ removed: await quarantine.clear(source) });
      },
    },
  ];
}

function shown({ atMs, ...rest }: Quarantined) {
  return { ...rest, at: new Date(atMs).toISOString() };
}
