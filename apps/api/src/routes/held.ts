import type { HeldPrice } from '@reprice/store';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Caller } from '../auth/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { readOptionalControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { skuOf } from '../http/sku.ts';
import { approve, type Decider, heldAsSeen } from '../manual/approve.ts';
import { rollBack } from '../manual/roll-back.ts';
import { Problem } from '../problem/problem.ts';
import { decisionBody, heldPageSchema, rejectedSchema, rollbackBody } from '../schemas/held.ts';
import { priceSchema } from '../schemas/price.ts';

const listQuery = {
  limit: z
    .string()
    .regex(/^([1-9]\d?|1\d\d|200)$/, 'a whole number from 1 to 200')
    .default('50')
    .meta({ description: 'Prices at most' }),
  cursor: z
    .string()
    .max(200, 'a nextCursor of this list')
    .optional()
    .meta({ description: 'The `nextCursor` of the page before' }),
};

const live = { 200: { description: 'The price that is live now.', content: { 'application/json': priceSchema } } };
const nothing = { 404: { description: 'No price of this SKU is held.' } };
const conflict = { 409: { description: 'The guardrails of today refuse it, or something else came between.' } };

/** Prices that wait for a person, and what people decide: approve, reject, roll back. */
export function heldRoutes(deps: ApiDeps): Route[] {
  const { held } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/held',
      scope: 'read',
      about: {
        id: 'listHeld',
        tag: 'prices',
        summary: 'The prices that wait for a person, the newest first',
        query: listQuery,
        replies: { 200: { description: 'A page of them.', content: { 'application/json': heldPageSchema } } },
      },
      async handle(req, res) {
        const { limit, cursor } = readQuery(req, listQuery);
        const page = await held
          .list({ limit: Number(limit), ...(cursor !== undefined && { cursor }) })
          .catch((error: unknown) => {
            throw error instanceof RangeError ? badCursor(error) : error;
          });
        res.json({ items: page.items.map(shown), nextCursor: page.nextCursor ?? null });
      },
    },
    {
      method: 'POST',
      path: '/v1/prices/:sku/approve',
      scope: 'write',
      about: {
        id: 'approvePrice',
        tag: 'prices',
        summary: 'Let a held price go live',
        description:
          'If the guardrails of today still make it of the suggestion, and the canary that made it, if one did, was not rolled back since. Works also while publishing is frozen.',
        body: { 'application/json': decisionBody },
        bodyOptional: true,
        replies: { ...live, ...nothing, ...conflict },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { price, note } = await readOptionalControl(req, decisionBody);
        const seen = await heldAsSeen(deps, skuOf(req), price);
        res.json(await approve(deps, seen, decider(res, note)));
      },
    },
    {
      method: 'POST',
      path: '/v1/prices/:sku/reject',
      scope: 'write',
      about: {
        id: 'rejectPrice',
        tag: 'prices',
        summary: 'Forget a held price',
        body: { 'application/json': decisionBody },
        bodyOptional: true,
        replies: {
          200: { description: 'It is forgotten.', content: { 'application/json': rejectedSchema } },
          ...nothing,
          ...conflict,
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        await reject(deps, req, res);
      },
    },
    {
      method: 'POST',
      path: '/v1/prices/:sku/rollback',
      scope: 'write',
      about: {
        id: 'rollBackPrice',
        tag: 'prices',
        summary: 'Let an earlier price come back',
        description:
          'As a new revision, of source `manual`; without `revision` the price before the live one. It must lie inside the bounds of today. Works also while publishing is frozen.',
        body: { 'application/json': rollbackBody },
        bodyOptional: true,
        replies: { ...live, 404: { description: 'There is no such price.' }, ...conflict },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { revision, note } = await readOptionalControl(req, rollbackBody);
        res.json(await rollBack(deps, skuOf(req), revision, decider(res, note)));
      },
    },
  ];
}

async function reject(deps: ApiDeps, req: Request, res: Response): Promise<void> {
  const { price, note } = await readOptionalControl(req, decisionBody);
  const held = await heldAsSeen(deps, skuOf(req), price);
  if (!(await deps.store.held.reject(held)))
    throw new Problem('conflict', 'Another price of this SKU is held by now; look again.');
  const { by } = decider(res, note);
  deps.logger.info({ sku: held.sku, price: held.price, by, ...(note && { note }) }, 'held price rejected');
  res.json({ sku: held.sku, rejected: true });
}

function decider(res: Response, note: string | undefined): Decider {
  return { by: (res.locals.caller as Caller).name, ...(note && { note }) };
}

/** A held price without what only the store needs. */
function shown({ fence: _, ...held }: HeldPrice): Omit<HeldPrice, 'fence'> {
  return held;
}

function badCursor(cause: unknown): Problem {
  const detail = '"cursor" must be the nextCursor of a page of this list.';
  return new Problem('validation', detail, { errors: [{ parameter: 'cursor', code: 'invalid', detail }], cause });
}
