import { z } from 'zod';
import { instant, tally, usd } from './values.ts';

/** The day's budget. */
export const budgetSchema = z
  .strictObject({
    date: z.iso.date().meta({ description: 'The budget day' }),
    limitUsd: usd,
    spentUsd: usd,
    reservedUsd: usd.meta({ description: 'Worst case of the calls under way, in US dollars' }),
    remainingUsd: usd,
    resetsAt: instant,
    closed: z
      .strictObject({ reason: z.enum(['overbilled', 'ledger_lost']), since: instant, whatToDo: z.string() })
      .nullable()
      .meta({ description: 'Why no call is paid today; null while the day is open' }),
    unsettled: z
      .strictObject({ calls: tally, usd })
      .meta({ description: 'Calls that were sent and never settled; they stay charged at their worst case' }),
  })
  .meta({
    id: 'Budget',
    example: {
      date: '2026-11-21',
      limitUsd: '100.00',
      spentUsd: '12.4071',
      reservedUsd: '0.0312',
      remainingUsd: '87.5617',
      resetsAt: '2026-11-22T00:00:00.000Z',
      closed: null,
      unsettled: { calls: 0, usd: '0.00' },
    },
  });

/** Calls that were sent and never settled. */
export const unsettledCallsSchema = z
  .strictObject({
    items: z.array(z.strictObject({ id: z.string(), usd, expiredAt: instant })),
    nextCursor: z.null(),
  })
  .meta({ id: 'UnsettledCalls' });
