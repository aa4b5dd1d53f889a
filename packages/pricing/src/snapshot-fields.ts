import { snapshotLimits } from './snapshot-limits.ts';

/** A snapshot's wire fields before any check; blank ones are undefined. */
export interface RawFields {
  sku: unknown;
  price: unknown;
  currency: unknown;
  cost: unknown;
  stock: unknown;
  capacity: unknown;
  restockDays: unknown;
  demand: unknown;
  competitors: unknown;
  floor: unknown;
  ceiling: unknown;
  map: unknown;
  category: unknown;
  title: unknown;
  strategy: unknown;
  observedAt: unknown;
}

const noNames: readonly string[] = Object.freeze([]);

function emptyFields(): RawFields {
  return {
    sku: undefined,
    price: undefined,
    currency: undefined,
    cost: undefined,
    stock: undefined,
    capacity: undefined,
    restockDays: undefined,
    demand: undefined,
    competitors: undefined,
    floor: undefined,
    ceiling: undefined,
    map: undefined,
    category: undefined,
    title: undefined,
    strategy: undefined,
    observedAt: undefined,
  };
}

/** The wire names of a snapshot's fields, required ones first. */
export const snapshotFields: readonly string[] = Object.freeze(Object.keys(emptyFields()));

const known: ReadonlySet<string> = new Set(snapshotFields);

/**
 * The known fields of an item and the names of the others (at most 50, each cut at 64 characters). Reads own properties
 * only and writes known names only, so no name, `__proto__` included, reaches a prototype.
 */
export function ownFields(input: Record<string, unknown>): { raw: RawFields; ignored: readonly string[] } {
  const raw = emptyFields();
  let ignored: string[] | undefined;
  for (const name of Object.keys(input)) {
    if (known.has(name)) raw[name as keyof RawFields] = presentValue(input[name], name);
    else if (name !== '') {
      ignored ??= [];
      if (ignored.length < snapshotLimits.ignoredNames) ignored.push(name.slice(0, 64));
    }
  }
  return { raw, ignored: ignored ?? noNames };
}

/** Blanks around a value are an artefact of CSV; a SKU keeps its own, as its form has its own rule. */
function presentValue(value: unknown, name: string): unknown {
  if (value === null || value === '') return undefined;
  if (typeof value !== 'string' || name === 'sku') return value;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}
