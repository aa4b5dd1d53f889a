import { formatMoney, formatUsd, isCurrency } from '@reprice/pricing';
import { sumWorth, WORTH_DAYS, type WorthDay, type WorthLine, type WorthSums } from '@reprice/store';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { worthSchema } from '../schemas/worth.ts';

const takes = `days from 1 to ${WORTH_DAYS}`;
const query = {
  days: z
    .string()
    .regex(/^([1-9]|[1-8]\d|90)$/, takes)
    .default('7')
    .meta({ description: 'Budget days, today included', example: '30' }),
};

const note =
  'A difference is no gain: it tells how often and how far the model decided otherwise than the rules engine, under the same guardrails, and what that cost. Which of the two prices would have sold more, only a trial with customers tells.';

/** What the models are worth: their prices beside those that the rules engine would have published. */
export function worthRoutes(deps: ApiDeps): Route[] {
  const { stats, worth } = deps.store;
  return [
    {
      method: 'GET',
      path: '/v1/worth',
      scope: 'read',
      about: {
        id: 'getWorth',
        tag: 'service',
        summary: 'How far the prices of the models lie from those of the rules engine, and what they cost',
        description:
          'For each price that a model makes and that goes live at once, the worker also computes what the rules engine would have published from the same snapshot, under the same guardrails. Here is how often and how far they differ, by strategy and model. Dry runs, shadows, and prices that wait for a person do not count. A difference is no gain.',
        query,
        replies: { 200: { description: 'The ledger.', content: { 'application/json': worthSchema } } },
      },
      async handle(req, res) {
        const { days } = readQuery(req, query);
        res.json(shownWorth(await worth.days(Number(days), await stats.nowMs())));
      },
    },
  ];
}

function shownWorth(days: readonly WorthDay[]): z.infer<typeof worthSchema> {
  const byName = new Map<string, WorthLine[]>();
  for (const line of days.flatMap(({ lines }) => lines)) {
    const name = JSON.stringify([line.strategy, line.model]);
    byName.set(name, [...(byName.get(name) ?? []), line]);
  }
  const items = [...byName.values()].map((lines) => ({
    strategy: lines[0]?.strategy ?? '',
    model: lines[0]?.model ?? '',
    ...figuresOf(sumWorth(lines)),
  }));
  return {
    from: days[0]?.date ?? '',
    to: days.at(-1)?.date ?? '',
    items: items.sort((a, b) => b.prices - a.prices || Number(b.costUsd) - Number(a.costUsd)),
    total: figuresOf(sumWorth(days.flatMap(({ lines }) => lines))),
    days: days.map(({ date, lines }) => {
      const { rows, differing, costNanoUsd } = sumWorth(lines);
      return { date, prices: rows, differing, costUsd: formatUsd(costNanoUsd) };
    }),
    note,
    nextCursor: null,
  };
}

function figuresOf(sums: WorthSums): z.infer<typeof worthSchema>['total'] {
  const { calls, costNanoUsd, rows, differing, absoluteBp, signedBp, timesStockMinor } = sums;
  const mean = (sum: number): number => (rows === 0 ? 0 : Math.round(sum / rows) / 100);
  return {
    calls,
    costUsd: formatUsd(costNanoUsd),
    prices: rows,
    differing,
    differingPercent: mean(differing * 10_000),
    meanDifferencePercent: mean(absoluteBp),
    meanSignedPercent: mean(signedBp),
    timesStock: Object.fromEntries(
      [...timesStockMinor]
        .filter(([currency]) => isCurrency(currency))
        .map(([currency, minor]) => [currency, `${minor < 0 ? '-' : ''}${formatMoney(Math.abs(minor), currency)}`]),
    ),
  };
}
