import type { Operation } from '../http/operation.ts';
import { budgetBody, budgetSchema, reconcileBody, unsettledCallsSchema } from '../schemas/budget.ts';

const shown: Operation['replies'] = {
  200: { description: 'The budget as it is now.', content: { 'application/json': budgetSchema } },
};

/** GET /v1/budget. */
export const getBudget: Operation = {
  id: 'getBudget',
  tag: 'budget',
  summary: 'The budget of the day: what may be spent, what is, what is reserved',
  replies: shown,
};

/** PUT /v1/budget. */
export const setBudget: Operation = {
  id: 'setBudget',
  tag: 'budget',
  summary: 'Set the dollars a day, for all workers at once',
  body: { 'application/json': budgetBody },
  replies: shown,
};

/** GET /v1/budget/unsettled. */
export const listUnsettledCalls: Operation = {
  id: 'listUnsettledCalls',
  tag: 'budget',
  summary: 'Calls that were sent and never settled',
  description: 'Nobody knows what they cost: they stay charged at their worst case until the day is reconciled.',
  replies: { 200: { description: 'The calls.', content: { 'application/json': unsettledCallsSchema } } },
};

/** POST /v1/budget/reconcile. */
export const reconcileBudget: Operation = {
  id: 'reconcileBudget',
  tag: 'budget',
  summary: 'State what the gateway billed today, and open the day again',
  description: 'It takes the place of what was booked. Wait until no call is under way, or it is a conflict.',
  body: { 'application/json': reconcileBody },
  replies: {
    ...shown,
    409: {
      description: 'Calls are under way, so that the bill may or may not hold their cost.',
      headers: { 'retry-after': 'Seconds after which they are likely to be settled' },
    },
  },
};
