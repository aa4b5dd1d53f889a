import { createHash } from 'node:crypto';
import { promptVersion, systemText } from './prompt-text.ts';
import type { Strategy } from './strategy.ts';

const known = new WeakMap<Strategy, string>();

/**
 * Changes with everything about a strategy that may change a price: its guardrails, wording, model, temperature, rules, tiers, provider
 * options, and the options of the models that it may ask. 8 hex digits.
 */
export function policyVersion(strategy: Strategy): string {
  const there = known.get(strategy);
  if (there !== undefined) return there;
  const { guidance, quoteTitle = false, temperature, model = '', guardrails, rules = {} } = strategy;
  const prompt = systemText(guidance, quoteTitle);
  const { tiers, providerOptions } = strategy;
  const asked = [tiers, providerOptions, askedOptions(strategy)];
  const text = JSON.stringify([
    prompt,
    temperature,
    model,
    sorted(guardrails),
    sorted(rules),
    // Only where there are some: a strategy without them keeps the version that it had before there could be any.
    ...(asked.some((part) => part !== undefined) ? asked : []),
  ]);
  const version = createHash('sha256').update(text).digest('hex').slice(0, 8);
  known.set(strategy, version);
  return version;
}

/** Changes with the policy, with the layout of the prompt, and with the model that answers where the strategy names none. 8 hex digits. */
export function askVersion(strategy: Strategy, stableModel: string): string {
  const text = JSON.stringify([promptVersion, strategy.model ?? stableModel, policyVersion(strategy)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The options of the models that the strategy may ask: a change of another model's moves none of its prices. */
function askedOptions({ model, stableModel, tiers, modelOptions = {} }: Strategy): Strategy['modelOptions'] {
  const asks = [model ?? stableModel, tiers?.large?.model];
  const found = Object.entries(modelOptions).filter(([name]) => asks.includes(name));
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}
