import { type Bounds, boundsFor, type Conflict } from './bounds.ts';
import { type ChangeLimit, changeLimits } from './change-limits.ts';
import { type GuardrailStep, guardSuggestion } from './guardrails.ts';
import { formatMoney } from './money.ts';
import type { RecentPrices } from './past-prices.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** All that the guardrails read when they made one price. */
export interface DecisionInputs {
  /** The raw suggestion: decimal text in whole units of the snapshot's currency. */
  readonly suggested: string;
  readonly snapshot: Snapshot;
  /** The live price then, the stated one where there was none. */
  readonly currentMinor: number;
  readonly recent: RecentPrices;
  readonly policy: GuardrailPolicy;
}

/** How a price came out of its inputs. */
export interface Retraced {
  readonly bounds: Bounds;
  /** How far each limit on change let it go. */
  readonly limits: readonly ChangeLimit[];
  readonly steps: readonly GuardrailStep[];
  readonly minor: number;
}

/** Runs the guardrails again on the inputs of a decision. The result can be looked at, but not published. */
export function retrace(inputs: DecisionInputs): Retraced | Conflict {
  const { suggested, snapshot, currentMinor, recent, policy } = inputs;
  const bounds = boundsFor(snapshot, policy);
  if ('conflict' in bounds) return bounds;
  const guarded = guardSuggestion(suggested, snapshot, currentMinor, bounds, policy, recent);
  if ('conflict' in guarded) return guarded;
  return { bounds, limits: changeLimits(currentMinor, policy, recent), ...guarded };
}

/** Whether the guardrails make the same price again, moved by the same guardrails in the same order. */
export function reproduces(
  { snapshot }: DecisionInputs,
  retraced: Retraced | Conflict,
  published: { readonly price: string; readonly currency: string; readonly guardrails: readonly string[] },
): boolean {
  if ('conflict' in retraced) return false;
  const { minor, steps } = retraced;
  return (
    snapshot.currency === published.currency &&
    formatMoney(minor, snapshot.currency) === published.price &&
    steps.map(({ guardrail }) => guardrail).join() === published.guardrails.join()
  );
}
