import type { RatesState } from '@reprice/store';
import { type Finding, ok, warning } from './finding.ts';

/** Whether competitors' prices in other currencies can be converted. */
export function ratesFinding(state: RatesState | undefined, nowMs: number): Finding {
  if (state === undefined)
    return ok('rates', "No rates are given: competitors' prices in other currencies are not used.");
  const { date, base, perBase, maxAgeDays } = state.rates.table;
  const detail = `Rates of ${date}, ${Object.keys(perBase).length} for 1 ${base}.`;
  if (state.rates.isUsableAt(nowMs)) return ok('rates', detail);
  const advice = 'Give those of today: reprice rates set FILE';
  return warning('rates', `${detail} They are older than ${maxAgeDays} days: no price is converted by them.`, advice);
}
