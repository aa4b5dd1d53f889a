import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { sendTagged, tagged } from '../http/etag.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { normalisedSku, skuOf } from '../http/sku.ts';
import { Problem } from '../problem/problem.ts';
import { foundPricesSchema, priceSchema } from '../schemas/price.ts';

/** Most SKUs one call may ask for. */
const skusAtOnce = 500;

const manyQuery = {
  skus: z
    .string('a list of SKUs separated by commas')
    .min(1, 'a list of SKUs separated by commas')
    .meta({ description: `SKUs separated by commas, ${skusAtOnce} at most`, example: 'SHOE-42,SHOE-43' }),
};

/** The live prices. */
export function priceRoutes(deps: ApiDeps): Route[] {
  const { prices } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/prices',
      scope: 'read',
      about: tagged({
        id: 'findPrices',
        tag: 'prices',
        summary: 'The live prices of several SKUs',
        query: manyQuery,
        replies: {
          200: {
            description: 'The prices in the order asked, and the SKUs that have none.',
            content: { 'application/json': foundPricesSchema },
          },
        },
      }),
      async handle(req, res) {
        const skus = [
          ...new Set(
            readQuery(req, manyQuery)
              .skus.split(',')
              .filter((sku) => sku !== '')
              .map(normalisedSku),
          ),
        ];
        if (skus.length > skusAtOnce)
          throw invalid(`"skus" may name ${skusAtOnce} SKUs at most; there are ${skus.length}.`);
        const found = await prices.getMany(skus);
        sendTagged(res, {
          items: found.filter((price) => price !== undefined),
          missing: skus.filter((_, i) => found[i] === undefined),
          nextCursor: null,
        });
      },
    },
    {
      method: 'GET',
      path: '/v1/prices/:sku',
      scope: 'read',
      about: tagged({
        id: 'getPrice',
        tag: 'prices',
        summary: 'The live price of a SKU',
        replies: {
          200: { description: 'The price.', content: { 'application/json': priceSchema } },
          404: { description: 'This SKU has no price.' },
        },
      }),
      async handle(req, res) {
        readQuery(req, {});
        const price = await prices.get(skuOf(req));
        if (price === undefined) throw new Problem('not-found', 'This SKU has no price.');
        sendTagged(res, price);
      },
    },
  ];
}

function invalid(detail: string): Problem {
  return new Problem('validation', detail, { errors: [{ parameter: 'skus', code: 'invalid', detail }] });
}
