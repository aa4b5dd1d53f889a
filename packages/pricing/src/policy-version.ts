import { createHash } from 'node:crypto';
import { promptVersion, systemText } from './prompt-text.ts';
import type { Strategy } from './strategy.ts';

const known = new WeakMap<Strategy, string>();

/**
 * Changes with everything about a strategy that may change a price: its guardrails, wording, model, temperature, rules, tiers, provider
 * options, and the options and gateway's names of the models that it may ask. 8 hex digits.
 */
export function policyVersion(strategy: Strategy): string {
  const there = known.get(strategy);
  if (there !== undefined) return there;
  const { guidance, quoteTitle = false, temperature, model = '', guardrails, rules = {} } = strategy;
  const prompt = systemText(guidance, quoteTitle);
  const { tiers, providerOptions, modelOptions, modelNames } = strategy;
  const asked = [tiers, providerOptions, ofAsked(strategy, modelOptions)];
  const names = ofAsked(strategy, modelNames);
  const text = JSON.stringify([
    prompt,
    temperature,
    model,
    sorted(guardrails),
    sorted(rules),
    // Only where there are some: a strategy without them keeps the version that it had before there could be any.
    ...(asked.some((part) => part !== undefined) ? asked : []),
    ...(names ? [{ names }] : []),
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

/** What is said of the models that the strategy may ask, if anything: a change of another model's moves none of its prices. */
function ofAsked<Said>(
  { model, stableModel, tiers }: Strategy,
  byModel: Readonly<Record<string, Said>> = {},
): Record<string, Said> | undefined {
  const asks = [model ?? stableModel, tiers?.large?.model];
  const found = Object.entries(byModel).filter(([name]) => asks.includes(name));
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function sorted(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}
