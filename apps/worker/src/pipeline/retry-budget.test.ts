import { expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

it('lets ten retries go at first, then one for five calls that go well, and saves a hundred at most', () => {
  const budget = new RetryBudget();
  const spendable = () => {
    let spent = 0;
    while (budget.spend()) spent++;
    return spent;
  };
  expect(spendable()).toBe(10);
  for (let i = 0; i < 5; i++) budget.earn();
  expect(spendable()).toBe(1);
  for (let i = 0; i < 10_000; i++) budget.earn();
  expect(spendable()).toBe(100);
});
