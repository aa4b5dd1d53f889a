import { parseUsd } from '@reprice/pricing';
import { z } from 'zod';
import { instant, tally, usd } from './values.ts';

const takes = 'dollars as a decimal, 0 or more, with at most 9 decimals, e.g. "250.00"';

const dollarText = /^\d{1,7}(\.\d{1,9})?$/;
/** Told once: what is refused is looked at no further. */
const refused = { error: takes, abort: true };

/** Dollars as a control call takes them; read as integer nano-dollars. */
const dollars = z
  .union([z.string().regex(dollarText, refused), z.number().min(0, refused)], takes)
  .refine((given) => parseUsd(String(given)) !== undefined, takes)
  .transform((given) => parseUsd(String(given)) ?? 0)
  .meta({ description: 'US dollars, 0 or more, with at most 9 decimals', example: '250.00' });

/** PUT /v1/budget. */
export const budgetBody = z.strictObject({ limitUsd: dollars }).meta({ id: 'BudgetChange' });

/** POST /v1/budget/reconcile. */
export const reconcileBody = z.strictObject({ spentUsd: dollars }).meta({ id: 'Reconciliation' });

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
