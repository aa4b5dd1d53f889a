/** How many calls took how long, by the number of the bucket. */
export type LatencyBuckets = ReadonlyMap<number, number>;

/** Bucket 0 holds up to 1 ms, each further one a twentieth more than the one before, the last a week and all above. */
const GROWTH = 1.05;
const LAST = 416;

/** The bucket of a time, ms. */
function latencyBucket(ms: number): number {
  return ms > 1 ? Math.min(LAST, Math.ceil(Math.log(ms) / Math.log(GROWTH))) : 0;
}

/** The time, ms, within which that share (0 … 1) of the calls ended: the upper end of its bucket; undefined when there is none. */
export function latencyAt(buckets: LatencyBuckets, share: number): number | undefined {
  const total = [...buckets.values()].reduce((sum, count) => sum + count, 0);
  let below = 0;
  for (const [bucket, count] of [...buckets].sort(([a], [b]) => a - b)) {
    below += count;
    if (below >= share * total) return GROWTH ** bucket;
  }
  return undefined;
}

/** How many calls surely took longer than `ms`. */
export function slowerThan(buckets: LatencyBuckets, ms: number): number {
  let slower = 0;
  for (const [bucket, count] of buckets) if (GROWTH ** (bucket - 1) >= ms) slower += count;
  return slower;
}

/** Sums over calls of a part and its whole, from which their ratio and how much it scatters from call to call can be told. */
export interface RatioSums {
  readonly part: number;
  readonly whole: number;
  readonly partPart: number;
  readonly partWhole: number;
  readonly wholeWhole: number;
}

/** What was counted of the calls of one route. Only first tries count: what is asked again is the harder half. */
export interface RouteTally {
  readonly calls: number;
  readonly errors: number;
  /** Calls with a whole answer; the next two are about their rows. */
  readonly answers: number;
  readonly invalid: RatioSums;
  readonly clamps: RatioSums;
  /** Micro-dollars against what the same call could cost at worst on the stable route: so a call's size does not matter. */
  readonly cost: RatioSums;
  readonly latency: LatencyBuckets;
}

/** One call, for counting. */
export interface CountedCall {
  readonly isError: boolean;
  /** Of a whole answer. */
  readonly rows?: { readonly asked: number; readonly invalid: number; readonly clamped: number };
  readonly costNanoUsd: number;
  /** What it could cost at worst on the stable route. */
  readonly stableWorstNanoUsd: number;
  readonly latencyMs?: number;
}

const ratios = ['invalid', 'clamps', 'cost'] as const;
const sums = ['part', 'whole', 'partPart', 'partWhole', 'wholeWhole'] as const;

/** What a call adds to the counters of its route: whole numbers by name. */
export function countsOf(call: CountedCall): [counter: string, amount: number][] {
  const counts: [string, number][] = [['calls', 1]];
  const add = (name: string, part: number, whole: number) =>
    counts.push(
      [`${name}.part`, part],
      [`${name}.whole`, whole],
      [`${name}.partPart`, part * part],
      [`${name}.partWhole`, part * whole],
      [`${name}.wholeWhole`, whole * whole],
    );
  if (call.isError) counts.push(['errors', 1]);
  if (call.rows) {
    counts.push(['answers', 1]);
    add('invalid', call.rows.invalid, call.rows.asked);
    add('clamps', call.rows.clamped, call.rows.asked);
  }
  add('cost', Math.round(call.costNanoUsd / 1000), Math.round(call.stableWorstNanoUsd / 1000));
  if (call.latencyMs !== undefined) counts.push([`ms.${latencyBucket(call.latencyMs)}`, 1]);
  return counts.filter(([, amount]) => amount !== 0);
}

/** Reads counters; several of one name add up, unknown ones are left out. */
export function tallyOf(counts: Iterable<readonly [counter: string, amount: number]>): RouteTally {
  const by = new Map<string, number>();
  for (const [counter, amount] of counts) by.set(counter, (by.get(counter) ?? 0) + amount);
  const of = (counter: string) => by.get(counter) ?? 0;
  const ratio = (name: string) =>
    Object.fromEntries(sums.map((sum) => [sum, of(`${name}.${sum}`)])) as unknown as RatioSums;
  const [invalid, clamps, cost] = ratios.map(ratio) as [RatioSums, RatioSums, RatioSums];
  const latency = [...by].flatMap(([counter, count]): [number, number][] =>
    counter.startsWith('ms.') ? [[Number(counter.slice(3)), count]] : [],
  );
  return {
    calls: of('calls'),
    errors: of('errors'),
    answers: of('answers'),
    invalid,
    clamps,
    cost,
    latency: new Map(latency),
  };
}
