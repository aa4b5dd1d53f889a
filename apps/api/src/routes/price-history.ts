import { PAST_REVISIONS } from '@reprice/store';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { skuOf } from '../http/sku.ts';
import { Problem } from '../problem/problem.ts';
import { historySchema, whySchema } from '../schemas/decision.ts';
import { freshnessView } from './freshness-view.ts';
import { whyView } from './why-view.ts';

const mostRevisions = PAST_REVISIONS + 1;
const limitTakes = `a whole number from 1 to ${mostRevisions}`;
const revisionTakes = 'a revision of this SKU, a whole number from 1';

const historyQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, limitTakes)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= mostRevisions, limitTakes)
    .optional()
    .meta({ description: `How many revisions, 1 to ${mostRevisions}; 50 if absent`, example: '20' }),
};

const whyQuery = {
  revision: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, revisionTakes)
    .transform(Number)
    .optional()
    .meta({ description: 'A past revision; the live price if absent', example: '2' }),
};

/** What prices a SKU had, and why. */
export function priceHistoryRoutes(deps: ApiDeps): Route[] {
  const { history } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/prices/:sku/history',
      scope: 'read',
      about: {
        id: 'getPriceHistory',
        tag: 'prices',
        summary: 'The prices that a SKU had, newest first, the live one included',
        query: historyQuery,
        replies: {
          200: { description: 'The revisions.', content: { 'application/json': historySchema } },
          404: { description: 'This SKU has no price.' },
        },
      },
      async handle(req, res) {
        const { limit = 50 } = readQuery(req, historyQuery);
        const items = await history.list(skuOf(req), limit);
        if (items.length === 0) throw new Problem('not-found', 'This SKU has no price.');
        res.json({ items, nextCursor: null });
      },
    },
    {
      method: 'GET',
      path: '/v1/prices/:sku/why',
      scope: 'read',
      about: {
        id: 'getPriceDecision',
        tag: 'prices',
        summary: 'Why a price is what it is',
        description:
          'The decision as it was kept: inputs, raw suggestion, bounds, what each guardrail did, policy, model and cost. The guardrails run again on that record; `reproduces` tells whether they make the same price.',
        query: whyQuery,
        replies: {
          200: { description: 'The decision.', content: { 'application/json': whySchema } },
          404: { description: 'This SKU has no price, or not that revision (any more).' },
        },
      },
      async handle(req, res) {
        const { revision } = readQuery(req, whyQuery);
        const sku = skuOf(req);
        const story = await history.story(sku, revision);
        if (story === undefined) {
          const what = revision === undefined ? 'no price' : `no revision ${revision}, or not any more`;
          throw new Problem('not-found', `This SKU has ${what}.`);
        }
        const freshness =
          revision === undefined ? await deps.store.observations.freshness(sku, deps.callTerms.strategies) : undefined;
        res.json({ ...whyView(sku, story), ...(freshness && { freshness: freshnessView(freshness) }) });
      },
    },
  ];
}
