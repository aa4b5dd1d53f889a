import type { Snapshot } from './snapshot.ts';

/** Below this many units stock counts as little where nobody said how many a full shelf has. */
const littleStock = 10;
/** A delivery further off than this is as good as none. */
const farDays = 14;
/** A delivery sooner than this adds to a full shelf. */
const soonDays = 7;
/** Times the usual demand from which on it counts in full. */
const strongDemand = 3;

/** The parts of a snapshot that the scores look at. */
export type Supply = Pick<Snapshot, 'stock' | 'capacity' | 'restockDays' | 'demand'>;

/**
 * How much speaks for a higher price, 0..1: little stock above all, more so where the next delivery is far and demand
 * is strong; strong demand alone a little. 0 where nothing is known. Finite for any input; falls as stock grows, rises
 * with the days until delivery and with demand.
 */
export function scarcity(supply: Supply): number {
  const low = lowStock(supply);
  const hot = strength(supply);
  const far = known(supply.restockDays) === undefined ? 0.5 : Math.min(1, (known(supply.restockDays) ?? 0) / farDays);
  return unit(low * (0.5 + 0.3 * far + 0.2 * hot) + (1 - low) * 0.25 * hot);
}

/**
 * How much speaks for a lower price, 0..1: a shelf more than half full above all, more so where demand is weak or the
 * next delivery close; strong demand takes most of it back, because such a shelf empties by itself. Weak demand alone
 * counts a little. 0 where nothing is known. Finite for any input; rises with stock, falls with demand.
 */
export function overstock(supply: Supply): number {
  const stock = known(supply.stock);
  const full = fullShelf(supply);
  const weak = weakness(supply);
  const days = known(supply.restockDays);
  const soon = days === undefined ? 0 : Math.max(0, 1 - days / soonDays);
  const alone = stock === 0 ? 0 : 0.25 * weak;
  return unit((full * (0.6 + 0.3 * weak + 0.1 * soon) + (1 - full) * alone) * (1 - 0.6 * strength(supply)));
}

/** 1 for an empty shelf, 0 from half full on; without a capacity at most a half, by units alone. */
function lowStock(supply: Supply): number {
  const stock = known(supply.stock);
  if (stock === undefined) return 0;
  const capacity = known(supply.capacity);
  if (capacity !== undefined && capacity > 0) return Math.max(0, 1 - (2 * stock) / capacity);
  return stock === 0 ? 1 : 0.5 * Math.max(0, 1 - stock / littleStock);
}

/** 0 up to half full, 1 from full on; unknown without a capacity, hence 0. */
function fullShelf(supply: Supply): number {
  const stock = known(supply.stock);
  const capacity = known(supply.capacity);
  if (stock === undefined || capacity === undefined || capacity === 0) return 0;
  return unit((2 * stock) / capacity - 1);
}

function strength(supply: Supply): number {
  return unit(((known(supply.demand) ?? 1) - 1) / (strongDemand - 1));
}

function weakness(supply: Supply): number {
  return unit(1 - (known(supply.demand) ?? 1));
}

function known(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function unit(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}
