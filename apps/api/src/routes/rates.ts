import { isFromFuture, type RateTable } from '@reprice/pricing';
import type { RatesState } from '@reprice/store';
import type { z } from 'zod';
import type { Caller } from '../auth/keys.ts';
import type { ApiDeps } from '../deps.ts';
import { readControl } from '../http/control-body.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import { ratesBody, ratesSchema } from '../schemas/rates.ts';

/** Exchange rates for competitors' prices in other currencies: look at them, and give those of the day. */
export function rateRoutes(deps: ApiDeps): Route[] {
  const { rates } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/rates',
      scope: 'read',
      about: {
        id: 'getRates',
        tag: 'observations',
        summary: 'The exchange rates in force',
        replies: { 200: { description: 'The rates.', content: { 'application/json': ratesSchema } } },
      },
      async handle(req, res) {
        readQuery(req, {});
        res.json(shownRates(await rates.get(), deps.clock()));
      },
    },
    {
      method: 'PUT',
      path: '/v1/rates',
      scope: 'admin',
      about: {
        id: 'setRates',
        tag: 'observations',
        summary: 'Give the exchange rates of a day',
        description:
          'Within a second all processes convert competitors’ prices in other currencies by it, as they arrive: to the nearest minor unit of the SKU’s currency, a half up, through the base where neither is the base. Of this table and that of the config file the newer is in force; of one day, this one. Prices without a rate, or once the table is older than `maxAgeDays`, are not used, and every answer says so (`unusedCompetitors`). While a competitor’s own price stays the same, rates alone move nothing until they change it by 1 %.',
        body: { 'application/json': ratesBody },
        replies: {
          200: { description: 'The rates in force now.', content: { 'application/json': ratesSchema } },
          409: { description: 'A newer table is there; `force` puts this one in place of one that was set.' },
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const { force = false, ...table } = await readControl(req, ratesBody);
        if (isFromFuture(table, deps.clock())) throw notYet(table);
        const { configuredDate } = rates;
        if (configuredDate !== undefined && configuredDate > table.date) throw configured(configuredDate, table);
        const { name } = res.locals.caller as Caller;
        const newer = await rates.set(table, name, force);
        if (newer !== undefined) throw older(newer, table);
        const { date, base, perBase } = table;
        deps.logger.info({ date, base, currencies: Object.keys(perBase).length, by: name }, 'exchange rates set');
        res.json(shownRates(await rates.get(), deps.clock()));
      },
    },
  ];
}

function shownRates(state: RatesState | undefined, nowMs: number): z.infer<typeof ratesSchema> {
  if (state === undefined) return { given: false };
  const { rates, from, by, setAtMs } = state;
  return {
    given: true,
    ...rates.table,
    usable: rates.isUsableAt(nowMs),
    usableUntil: new Date(rates.usableUntilMs).toISOString(),
    from,
    ...(by !== undefined && { by }),
    ...(setAtMs !== undefined && { setAt: new Date(setAtMs).toISOString() }),
  };
}

function notYet({ date }: RateTable): Problem {
  const detail = `"date" must be a day that has begun; ${date} has not, anywhere.`;
  return new Problem('validation', detail, { errors: [{ pointer: '/date', code: 'in-future', detail }] });
}

function older(newer: string, { date }: RateTable): Problem {
  return new Problem(
    'conflict',
    `A table of ${newer} is set, which is newer than ${date}. If that one is the mistake, send this one with "force": true.`,
  );
}

function configured(configuredDate: string, { date }: RateTable): Problem {
  return new Problem(
    'conflict',
    `The config file states rates of ${configuredDate}, which are newer than ${date} and would stay in force. Change them there.`,
  );
}
