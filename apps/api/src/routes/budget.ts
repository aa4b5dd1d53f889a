import { formatUsd } from '@reprice/pricing';
import { type Budget, type ClosedReason, ReconcileConflict } from '@reprice/store';
import type { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { getBudget, listUnsettledCalls, reconcileBudget, setBudget } from '../operations/budget.ts';
import { Problem } from '../problem/problem.ts';
import { budgetBody, type budgetSchema, reconcileBody } from '../schemas/budget.ts';

/** Seconds after which a call under way is likely to be settled. */
const conflictRetryAfterS = 10;

/** The day's budget: look at it, set its limit for all workers, and open a day that was closed. */
export function budgetRoutes(deps: ApiDeps): Route[] {
  const { admission } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/budget',
      scope: 'read',
      about: getBudget,
      async handle(req, res) {
        readQuery(req, {});
        res.json(shownBudget(await admission.budget()));
      },
    },
    {
      method: 'PUT',
      path: '/v1/budget',
      scope: 'admin',
      about: setBudget,
      async handle(req, res) {
        readQuery(req, {});
        const { limitUsd: limitNanoUsd } = await readControl(req, budgetBody);
        res.json(shownBudget(await admission.setDailyLimit(limitNanoUsd)));
      },
    },
    {
      method: 'GET',
      path: '/v1/budget/unsettled',
      scope: 'read',
      about: listUnsettledCalls,
      async handle(req, res) {
        readQuery(req, {});
        const calls = await admission.unsettled();
        const items = calls.map(({ id, costNanoUsd, expiredAtMs }) => ({
          id,
          usd: formatUsd(costNanoUsd),
          expiredAt: new Date(expiredAtMs).toISOString(),
        }));
        res.json({ items, nextCursor: null });
      },
    },
    {
      method: 'POST',
      path: '/v1/budget/reconcile',
      scope: 'admin',
      about: reconcileBudget,
      async handle(req, res) {
        readQuery(req, {});
        const { spentUsd: spentNanoUsd } = await readControl(req, reconcileBody);
        const budget = await admission.reconcile(spentNanoUsd).catch((error: unknown) => {
          throw error instanceof ReconcileConflict ? conflict(error) : error;
        });
        res.json(shownBudget(budget));
      },
    },
  ];
}

function conflict(error: ReconcileConflict): Problem {
  const { callsUnderWay } = error;
  const calls = callsUnderWay === 1 ? 'One call is' : `${callsUnderWay} calls are`;
  const detail = `${calls} under way, and the bill may or may not hold their cost. Wait until they are settled, read the bill again, and state it then.`;
  return new Problem('conflict', detail, {
    headers: { 'retry-after': String(conflictRetryAfterS) },
    members: { callsUnderWay },
    cause: error,
  });
}

const whatToDo: Readonly<Record<ClosedReason, string>> = {
  overbilled:
    "The gateway billed a call above its worst case, so nobody can say what the next one may cost. Find out why (model, price list, max_tokens), wait for the calls under way, read the gateway's bill of the day, and state it: POST /v1/budget/reconcile, or reprice budget reconcile --spent USD.",
  ledger_lost:
    "Redis was emptied or set back, so nobody here knows what was spent today. Wait for the calls under way, read the gateway's bill of the day, and state it: POST /v1/budget/reconcile, or reprice budget reconcile --spent USD.",
};

/** The budget as replies show it. */
export function shownBudget(budget: Budget): z.infer<typeof budgetSchema> {
  const { date, limitNanoUsd, spentNanoUsd, reservedNanoUsd, resetsAtMs, closed, unsettled } = budget;
  return {
    date,
    limitUsd: formatUsd(limitNanoUsd),
    spentUsd: formatUsd(spentNanoUsd),
    reservedUsd: formatUsd(reservedNanoUsd),
    remainingUsd: formatUsd(Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd)),
    resetsAt: new Date(resetsAtMs).toISOString(),
    closed: closed
      ? { reason: closed.reason, since: new Date(closed.atMs).toISOString(), whatToDo: whatToDo[closed.reason] }
      : null,
    unsettled: { calls: unsettled.calls, usd: formatUsd(unsettled.costNanoUsd) },
  };
}
