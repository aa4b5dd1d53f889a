import { type Canary, isLive, isShadow } from '@reprice/pricing';
import type { CallTerms } from '../replay/call-cost.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/**
 * Whether the model of the canary or shadow that runs is one that the gateway has, and has a price here.
 *
 * @param offered the names that the gateway lists; undefined = it did not tell
 */
export function canaryFinding(
  canary: Canary,
  models: CallTerms['models'],
  offered: readonly string[] | undefined,
): Finding {
  const id = 'canary';
  if (!isLive(canary)) return ok(id, 'No canary runs.');
  const who = isShadow(canary) ? 'shadow' : 'canary';
  const { model, percent } = canary;
  if (model === undefined) return ok(id, `The ${who} has ${percent} % of the SKUs, and the model of stable.`);
  const end = '`reprice canary set` names another model, `reprice canary set 0` ends it';
  const price = Object.hasOwn(models, model) ? models[model] : undefined;
  if (!price) {
    const advice = `State its price in reprice.config.ts of API and workers; ${end}.`;
    return failed(id, `No price is known for ${model}, the model of the ${who}: stable answers alone.`, advice);
  }
  const asked = price.as ?? model;
  if (offered !== undefined && !offered.includes(asked)) {
    const there = offered.slice(0, 8).join(', ');
    const harm = isShadow(canary) ? 'nothing is compared' : 'its calls fail, and its SKUs are asked again on stable';
    return warning(
      id,
      `The gateway does not list ${asked}, the model of the ${who}: if it has none of that name, ${harm}.`,
      `The gateway lists ${there}; ${end}.`,
    );
  }
  const listed = offered === undefined ? 'priced' : 'priced, and listed by the gateway';
  return ok(id, `The ${who} has ${percent} % of the SKUs, and asks ${model}: ${listed}.`);
}
