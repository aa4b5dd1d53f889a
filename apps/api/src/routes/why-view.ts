import {
  type Conversions,
  type DecisionInputs,
  type ForeignPrice,
  formatMoney,
  type Retraced,
  reproduces,
  retrace,
  type Snapshot,
} from '@reprice/pricing';
import type { PriceStory } from '@reprice/store';
import type { z } from 'zod';
import type { conversionsSchema } from '../schemas/rates.ts';
import { tierView } from './tier-view.ts';

/** What GET /v1/prices/:sku/why answers: the record that was kept, and what the guardrails make of it when they run again, now. */
export function whyView(sku: string, { price, inputs, policyVersion, promptVersion, tier }: PriceStory): object {
  const told = 'costUsd' in price ? price : undefined;
  const policy = told && {
    strategy: told.strategy,
    ...(policyVersion !== undefined && { version: policyVersion }),
    ...(promptVersion !== undefined && { promptVersion }),
  };
  const part = {
    sku,
    price,
    ...(policy && { policy }),
    ...(told?.model && { model: told.model }),
    ...(told?.route && { route: told.route }),
    ...(told && { call: { jobId: told.jobId, batchId: told.batchId, costUsd: told.costUsd } }),
  };
  if (!inputs || !told) return { ...part, known: 'part', detail: unknownBecause(price) };
  const { confidence, reason } = told;
  const retraced = retrace(inputs);
  const isSame = reproduces(inputs, retraced, told);
  return {
    ...part,
    suggestion: { price: inputs.suggested, ...(confidence !== undefined && { confidence }), reason },
    ...(tier && { tier: tierView(tier, inputs.snapshot) }),
    inputs: snapshotView(inputs.snapshot),
    ...(inputs.snapshot.conversions && { conversions: conversionsView(inputs.snapshot, inputs.snapshot.conversions) }),
    ...('minor' in retraced && tracedView(retraced, inputs)),
    reproduces: isSame,
    known: 'all',
    ...(!isSame && { detail: disagreement(retraced, inputs) }),
  };
}

function unknownBecause({ source, reason }: PriceStory['price']): string {
  if (source === 'manual' && reason !== undefined)
    return `A person published this price (${reason}): it was made of no suggestion.`;
  return 'What this price was made from is not known: it is kept for 30 days after the batch is done, and not by early versions.';
}

function tracedView({ bounds, limits, steps }: Retraced, { snapshot, suggested }: DecisionInputs): object {
  const money = (minor: number): string => formatMoney(minor, snapshot.currency);
  return {
    bounds: {
      floor: money(bounds.floorMinor),
      floorFrom: bounds.floorBy,
      ceiling: money(bounds.ceilingMinor),
      ceilingFrom: bounds.ceilingBy,
      reference: money(snapshot.referenceMinor),
    },
    limits: limits.map(({ guardrail, lowestMinor, highestMinor }) => ({
      guardrail,
      lowest: money(lowestMinor),
      highest: money(highestMinor),
    })),
    steps: steps.map(({ guardrail, fromMinor, toMinor }, i) => ({
      guardrail,
      from: i === 0 ? suggested : money(fromMinor),
      to: money(toMinor),
    })),
  };
}

function disagreement(retraced: ReturnType<typeof retrace>, { snapshot }: DecisionInputs): string {
  const now =
    'conflict' in retraced
      ? `make no price of it: ${retraced.detail}`
      : `make ${formatMoney(retraced.minor, snapshot.currency)} ${snapshot.currency} of it, by ${retraced.steps.map(({ guardrail }) => guardrail).join(', ') || 'no guardrail'}.`;
  return `The record and the price do not agree: run again on the record, the guardrails ${now}`;
}

/** What came of competitors' prices in other currencies. */
function conversionsView(
  { currency, competitorsMinor }: Snapshot,
  { table, converted, unused }: Conversions,
): z.infer<typeof conversionsSchema> {
  const stated = (price: ForeignPrice) => ({
    price: formatMoney(price.minor, price.currency),
    currency: price.currency,
  });
  return {
    ...(table && { rates: table }),
    converted: converted.map((price) => ({
      ...stated(price),
      converted: formatMoney(competitorsMinor[price.at] ?? 0, currency),
    })),
    unused: unused.map((price) => ({ ...stated(price), because: price.because })),
  };
}

/** A snapshot as the API takes it. */
function snapshotView(snapshot: Snapshot): object {
  const { sku, currency, priceMinor, costMinor, stock, capacity, restockDays, demand } = snapshot;
  const { competitorsMinor, floorMinor, ceilingMinor, mapMinor, title, strategy, observedAtMs } = snapshot;
  const money = (minor: number | undefined): string | undefined =>
    minor === undefined ? undefined : formatMoney(minor, currency);
  // What is undefined is left out by JSON.
  return {
    sku,
    price: money(priceMinor),
    currency,
    cost: money(costMinor),
    stock,
    capacity,
    restockDays,
    demand,
    competitors: competitorsMinor.length > 0 ? competitorsMinor.map(money) : undefined,
    floor: money(floorMinor),
    ceiling: money(ceilingMinor),
    map: money(mapMinor),
    title,
    strategy,
    observedAt: new Date(observedAtMs).toISOString(),
  };
}
