import { formatUsd, parseUsd } from '@reprice/pricing';
import type { Budget } from '@reprice/store';
import type { ApiDeps } from '../deps.ts';
import { readJsonObject, refuseUnknown } from '../http/json-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';

/** The day's budget: look at it, and set its limit for all workers. */
export function budgetRoutes(deps: ApiDeps): Route[] {
  const { admission } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/budget',
      scope: 'read',
      async handle(req, res) {
        readQuery(req, {});
        res.json(shown(await admission.budget()));
      },
    },
    {
      method: 'PUT',
      path: '/v1/budget',
      scope: 'admin',
      async handle(req, res) {
        readQuery(req, {});
        const body = await readJsonObject(req);
        refuseUnknown(body, ['limitUsd']);
        res.json(shown(await admission.setDailyLimit(limitOf(body.limitUsd))));
      },
    },
  ];
}

function limitOf(value: unknown): number {
  const text = typeof value === 'number' ? String(value) : value;
  const nanoUsd = typeof text === 'string' ? parseUsd(text) : undefined;
  if (nanoUsd === undefined || nanoUsd < 0) {
    const detail = '"limitUsd" must be dollars as a decimal, 0 or more, with at most 9 decimals, e.g. "250.00".';
    throw new Problem('validation', detail, { errors: [{ pointer: '/limitUsd', code: 'not-money', detail }] });
  }
  return nanoUsd;
}

function shown({ date, limitNanoUsd, spentNanoUsd, reservedNanoUsd, resetsAtMs }: Budget): Record<string, string> {
  return {
    date,
    limitUsd: formatUsd(limitNanoUsd),
    spentUsd: formatUsd(spentNanoUsd),
    reservedUsd: formatUsd(reservedNanoUsd),
    remainingUsd: formatUsd(Math.max(0, limitNanoUsd - spentNanoUsd - reservedNanoUsd)),
    resetsAt: new Date(resetsAtMs).toISOString(),
  };
}
