import {
  type DecisionInputs,
  decodeConversions,
  decodePast,
  encodeConversions,
  encodePast,
  type GuardrailPolicy,
  type PastPrices,
  type Price,
  parseMoney,
  policyVersion,
  type Snapshot,
  type Strategy,
  type Suggestion,
  type TierPolicy,
} from '@reprice/pricing';

/*
 * What a price was made from, beside what the price itself tells. One line a row, cells separated by tabs, trailing ones cut:
 *
 *   suggested ('' = as published) \t stated price ('' = the previous price) \t stock \t cost \t capacity \t restockDays \t demand \t competitors
 *   \t floor \t ceiling \t map \t reference price ('' = the stated one) \t past prices (past-prices.ts) \t title
 *   \t conversions of competitors' prices (conversions.ts)
 *
 * Money in minor units. Category and title are no inputs of a decision, but for a title that the strategy quoted to the model.
 * `-` is a row of which nothing was told.
 */
const UNTOLD = '-';

/** What a price was made from: the suggestion, and all that the guardrails read beside the price that it replaces. */
export interface DecisionBasis {
  readonly suggestion: Suggestion;
  readonly snapshot: Snapshot;
  /** The prices that were live before the live one, as load() found them. */
  readonly past: readonly PastPrices[];
  readonly strategy: Strategy;
}

/** The policy by which a price was made, as a chunk keeps it, once for all rows of a strategy. */
export interface PolicyRecord {
  readonly version: string;
  readonly guardrails: GuardrailPolicy;
  readonly tiers?: TierPolicy;
}

/** The line of one row; `price` and `previousMinor` are those of its price. */
export function encodeRecord(basis: DecisionBasis | undefined, price: string, previousMinor: number): string {
  if (!basis) return UNTOLD;
  const { suggestion, snapshot: s, past, strategy } = basis;
  const suggested = suggestion.priceText === price ? '' : suggestion.priceText;
  const stated = s.priceMinor === previousMinor ? '' : s.priceMinor;
  const reference = s.referenceMinor === s.priceMinor ? '' : s.referenceMinor;
  const title = strategy.quoteTitle === true && s.title !== undefined ? s.title.replaceAll(/[\t\n]/g, ' ') : '';
  const line = `${suggested}\t${stated}\t${s.stock ?? ''}\t${s.costMinor ?? ''}\t${s.capacity ?? ''}\t${s.restockDays ?? ''}\t${
    s.demand ?? ''
  }\t${s.competitorsMinor.join('|')}\t${s.floorMinor ?? ''}\t${s.ceilingMinor ?? ''}\t${s.mapMinor ?? ''}\t${reference}\t${encodePast(
    past,
  )}\t${title}`;
  if (s.conversions !== undefined) return `${line}\t${encodeConversions(s.conversions)}`;
  let end = line.length;
  while (line.charCodeAt(end - 1) === 9) end--;
  return line.slice(0, end);
}

/** The policies of some rows, by the names of their strategies. */
export function policiesOf(
  rows: readonly { readonly decision?: DecisionBasis }[],
): Readonly<Record<string, PolicyRecord>> {
  const policies: Record<string, PolicyRecord> = {};
  let last: Strategy | undefined;
  for (const { decision } of rows) {
    if (!decision || decision.strategy === last) continue;
    last = decision.strategy;
    const { name, guardrails, tiers } = last;
    policies[name] = { version: policyVersion(last), guardrails, ...(tiers && { tiers }) };
  }
  return policies;
}

/** The inputs of a decision; undefined where nothing or not enough of them was kept. */
export function decodeRecord(
  line: string | undefined,
  price: Price,
  policy: PolicyRecord | undefined,
): DecisionInputs | undefined {
  const currentMinor = minorOf(price.previousPrice, price.currency);
  if (line === undefined || line === UNTOLD || !policy || currentMinor === undefined) return undefined;
  const cells = line.split('\t');
  const number = (at: number): number | undefined => (cells[at] ? Number(cells[at]) : undefined);
  const priceMinor = number(1) ?? currentMinor;
  const known = {
    stock: number(2),
    costMinor: number(3),
    capacity: number(4),
    restockDays: number(5),
    demand: number(6),
    floorMinor: number(8),
    ceilingMinor: number(9),
    mapMinor: number(10),
    title: cells[13] || undefined,
    conversions: cells[14] ? decodeConversions(cells[14]) : undefined,
  };
  const snapshot = {
    sku: price.sku,
    currency: price.currency,
    priceMinor,
    referenceMinor: number(11) ?? priceMinor,
    competitorsMinor: cells[7] ? cells[7].split('|').map(Number) : [],
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)),
    strategy: price.strategy,
    observedAtMs: Date.parse(price.snapshotAt),
  } satisfies Snapshot;
  return {
    suggested: cells[0] || price.price,
    snapshot,
    currentMinor,
    recent: { past: decodePast(cells[12] ?? ''), nowMs: Date.parse(price.pricedAt) },
    policy: policy.guardrails,
  };
}

function minorOf(price: string | undefined, currency: string): number | undefined {
  const read = price === undefined ? undefined : parseMoney(price, currency);
  return read?.ok ? read.minor : undefined;
}
