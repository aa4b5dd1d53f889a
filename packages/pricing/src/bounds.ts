import { formatMoney, maxMinor } from './money.ts';
import { basisPoints, priceForMargin, scaleDown, scaleUp } from './percentage.ts';
import type { Snapshot } from './snapshot.ts';
import type { GuardrailPolicy } from './strategy.ts';

/** The guardrails that can move a price, by the names a price is published with. */
export type GuardrailName =
  | 'floor'
  | 'map'
  | 'margin'
  | 'ceiling'
  | 'derived_floor'
  | 'derived_ceiling'
  | 'max_change'
  | 'max_change_24h'
  | 'max_change_7d'
  | 'rounding';

/**
 * Between which prices a SKU may be published, in minor units, both ends included, and which guardrail set each end.
 */
export interface Bounds {
  floorMinor: number;
  ceilingMinor: number;
  floorBy: GuardrailName;
  ceilingBy: GuardrailName;
}

/** Why no price can be published, with one sentence for a person. */
export type Conflict = { conflict: 'guardrail_conflict' | 'needs_bounds'; detail: string };

/** What a floor is called in a sentence. */
const floorWords: Partial<Record<GuardrailName, string>> = {
  floor: 'floor',
  map: 'minimum advertised price',
  margin: 'cost with the minimum margin',
};

/**
 * The bounds of a SKU. Floor = the highest of the given floor, MAP, and cost with the minimum margin; ceiling = the
 * given one. Where none is given it is derived from the reference price, or the SKU is refused as `needs_bounds` if the
 * policy requires bounds.
 *
 * What was given beats what was derived: a derived ceiling below a given floor is lifted to it, a derived floor above a
 * given ceiling lowered to it. A given floor above a given ceiling is a `guardrail_conflict`, as nobody but the
 * merchant knows which of the two is wrong.
 */
export function boundsFor(snapshot: Snapshot, policy: GuardrailPolicy): Bounds | Conflict {
  const bounds: Bounds = { floorMinor: 0, ceilingMinor: 0, floorBy: 'derived_floor', ceilingBy: 'derived_ceiling' };
  raiseFloor(bounds, snapshot.floorMinor, 'floor');
  raiseFloor(bounds, snapshot.mapMinor, 'map');
  if (snapshot.costMinor !== undefined) {
    raiseFloor(bounds, priceForMargin(snapshot.costMinor, basisPoints(policy.minMarginPercent)), 'margin');
  }
  const floorGiven = bounds.floorMinor > 0;
  const ceilingGiven = snapshot.ceilingMinor !== undefined;
  if (policy.bounds === 'required' && !(floorGiven && ceilingGiven)) return needsBounds(floorGiven, ceilingGiven);

  if (!floorGiven) bounds.floorMinor = derivedFloor(snapshot, policy);
  if (snapshot.ceilingMinor !== undefined) {
    bounds.ceilingMinor = snapshot.ceilingMinor;
    bounds.ceilingBy = 'ceiling';
    if (!floorGiven) bounds.floorMinor = Math.min(bounds.floorMinor, bounds.ceilingMinor);
  } else {
    bounds.ceilingMinor = Math.max(derivedCeiling(snapshot, policy), bounds.floorMinor);
  }
  return bounds.floorMinor <= bounds.ceilingMinor && bounds.ceilingMinor <= maxMinor
    ? bounds
    : contradiction(bounds, snapshot);
}

function raiseFloor(bounds: Bounds, minor: number | undefined, by: GuardrailName): void {
  if (minor === undefined || minor <= bounds.floorMinor) return;
  bounds.floorMinor = minor;
  bounds.floorBy = by;
}

function derivedFloor(snapshot: Snapshot, policy: GuardrailPolicy): number {
  return Math.max(1, scaleUp(snapshot.referenceMinor, 10_000 - basisPoints(policy.derivedFloorPercent)));
}

function derivedCeiling(snapshot: Snapshot, policy: GuardrailPolicy): number {
  return Math.min(maxMinor, scaleDown(snapshot.referenceMinor, 10_000 + basisPoints(policy.derivedCeilingPercent)));
}

function needsBounds(floorGiven: boolean, ceilingGiven: boolean): Conflict {
  const noFloor = floorGiven ? [] : ['no floor (nor MAP or cost)'];
  const lacks = [...noFloor, ...(ceilingGiven ? [] : ['no ceiling'])].join(' and ');
  return { conflict: 'needs_bounds', detail: `The SKU has ${lacks}, and its strategy requires given bounds.` };
}

function contradiction(bounds: Bounds, { currency }: Snapshot): Conflict {
  const floor = formatMoney(bounds.floorMinor, currency);
  const what = floorWords[bounds.floorBy] ?? 'floor';
  const limit =
    bounds.ceilingBy === 'ceiling'
      ? `the ceiling, ${formatMoney(bounds.ceilingMinor, currency)}`
      : `the largest amount, ${formatMoney(maxMinor, currency)}`;
  return {
    conflict: 'guardrail_conflict',
    detail: `The ${what}, ${floor} ${currency}, is above ${limit} ${currency}.`,
  };
}
