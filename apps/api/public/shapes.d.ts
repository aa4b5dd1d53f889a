/** What the API answers, as far as the dashboard looks at it. Times are ISO strings, money is decimal strings. */

export type PriorityName = 'critical' | 'high' | 'normal' | 'low';
export type Scope = 'read' | 'write' | 'admin';

export interface Who {
  name: string;
  scope: Scope;
}

export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface Budget {
  date: string;
  limitUsd: string;
  spentUsd: string;
  reservedUsd: string;
  remainingUsd: string;
  resetsAt: string;
  closed: { reason: string; since: string; whatToDo: string } | null;
  unsettled?: { calls: number; usd: string };
  forecast?: { usdPerHour: string; endOfDayUsd: string; exhaustedAt: string | null };
}

export interface RateUse {
  limit: number;
  usedLastMinute: number;
}

export interface WorkerSeen {
  id: string;
  host: string;
  pid: number;
  since: string;
  calls?: number;
}

export interface PriceChange {
  sku: string;
  previousPrice: string;
  price: string;
  currency: string;
  changePercent: number;
  source: string;
  reason: string;
  guardrails: string[];
  model?: string;
  batchId?: string;
  pricedAt: string;
}

export interface Series {
  stepSeconds: number;
  from: string;
  priced: number[];
  failed: number[];
  calls: number[];
  errors: number[];
  costUsd: (number | string)[];
  latencyP50Ms: (number | null)[];
  latencyP99Ms: (number | null)[];
}

export interface Freeze {
  frozen: boolean;
  reason?: string;
  by?: string;
  since?: string;
}

export interface Stats {
  at: string;
  windowSeconds: number;
  skusPerSecond: number;
  queue: {
    waiting: Record<PriorityName, number>;
    active: number;
    delayed: number;
    oldestWaitingSeconds: Record<PriorityName, number | null>;
    restingMs: number;
    maxJobs: number;
  };
  batches: { running: number };
  failedJobs: { total: number; byReason: Record<string, number> };
  workers: WorkerSeen[];
  gateway: {
    calls: Record<string, number>;
    errorPercent: number;
    latencyMs: Quantiles | null;
    firstByteMs: Quantiles | null;
    waitMs: Quantiles | null;
  };
  rate: { rpm: RateUse; tpm: RateUse };
  budget: Budget;
  observations?: {
    accepted: number;
    stale: number;
    repricing: number;
    repricingBecause: Record<string, number>;
    skipped: Record<string, number>;
    dirty: number;
  };
  feeds?: FeedStanding[];
  guardrails: Record<string, number>;
  splits: number;
  priced: number;
  failed: number;
  tokens: number;
  costUsd: string;
  topChanges: PriceChange[];
  freeze?: Freeze;
  series?: Series;
}

export interface IgnoredField {
  field: string;
  count: number;
  didYouMean?: string;
}

export interface Batch {
  id: string;
  status: 'receiving' | 'running' | 'done' | 'cancelled';
  priority: PriorityName;
  mode: 'live' | 'dry-run';
  total: number;
  rejected: number;
  unchanged: number;
  priced: number;
  held: number;
  failed: number;
  waiting: number;
  costUsd: string;
  calls?: number;
  createdAt: string;
  finishedAt: string | null;
  startsAt: string | null;
  etaSeconds: number | null;
  ignoredFields: IgnoredField[];
}

export interface Rejection {
  line: number;
  sku?: string;
  faults: { field?: string; code?: string; got?: string; takes?: string; detail?: string }[];
}

export interface FailedJob {
  id: string;
  priority: PriorityName;
  batchId: string;
  skus: string[];
  reason: string;
  detail: string;
  failedAt: string;
  replays: number;
}

export interface Replay {
  matched: number;
  replayed: number;
  remaining: number;
  gone: number;
  worstCaseUsd: string;
  dryRun: boolean;
  asOf: string;
}

export interface Price {
  sku: string;
  price: string;
  currency: string;
  previousPrice?: string;
  changePercent?: number;
  source: string;
  strategy: string;
  confidence?: number;
  reason: string;
  guardrails: string[];
  model?: string;
  route?: string;
  costUsd: string;
  batchId?: string;
  jobId?: string;
  revision: number;
  snapshotAt: string;
  pricedAt: string;
}

export interface Why {
  sku: string;
  price: PastPrice;
  suggestion?: { price: string; confidence?: number; reason: string };
  tier?: { name: string; because: string };
  inputs?: Record<string, unknown>;
  bounds?: { floor: string; floorFrom: string; ceiling: string; ceilingFrom: string };
  limits?: { guardrail: string; lowest: string; highest: string }[];
  steps?: { guardrail: string; from: string; to: string }[];
  policy?: { strategy: string; version?: string; promptVersion?: string };
  model?: string;
  route?: string;
  call?: { jobId?: string; batchId?: string; costUsd?: string };
  reproduces?: boolean;
  known: 'all' | 'part';
  detail?: string;
}

export interface PastPrice {
  revision: number;
  price: string;
  currency: string;
  previousPrice?: string;
  changePercent?: number;
  source: string;
  reason?: string;
  guardrails?: string[];
  pricedAt: string;
  batchId?: string;
}

export interface HeldPrice {
  sku: string;
  price: string;
  currency: string;
  previousPrice: string;
  changePercent: number;
  reason: string;
  guardrails: string[];
  strategy: string;
  batchId: string;
  jobId: string;
  heldAt: string;
}

export interface Limits {
  rpm: number;
  tpm: number;
  learnedRpm?: number;
  learnedTpm?: number;
  effectiveRpm: number;
  effectiveTpm: number;
}

export interface RouteFigures {
  calls: number;
  errorPercent: number;
  skus: number;
  invalidPercent: number;
  clampPercent: number;
  p99Ms: number | null;
  costUsdPerSku: string;
}

export interface CanaryState {
  state: 'off' | 'running' | 'rolled_back' | 'promoted';
  mode: 'canary' | 'shadow';
  percent: number;
  id?: string;
  model?: string;
  guidance?: Record<string, string>;
  minCalls: number;
  since?: string;
  cooldownUntil?: string;
  reason?: string;
  by?: string;
  routes?: { stable: RouteFigures; canary: RouteFigures };
}

export interface Comparison {
  sku: string;
  currency: string;
  stable: string;
  shadow: string;
  differencePercent: number;
  reasonStable: string;
  reasonShadow: string;
}

interface Both<T> {
  stable: T;
  shadow: T;
}

export interface Parity {
  note?: string;
  compared: number;
  within: { percent: number; share: number | null };
  medianDifferencePercent: number | null;
  histogram: { fromPercent: number | null; toPercent: number | null; count: number }[];
  worst: Comparison[];
  calls: Both<number>;
  errors: Both<number>;
  asked: Both<number>;
  invalid: Both<number>;
  clamped: Both<number>;
  costUsd: Both<string>;
  costUsdPerSku: Both<string>;
  latencyMs: Both<{ p50: number; p99: number } | null>;
  skipped: Record<string, number>;
}

/** A feed of the market in the statistics. */
export interface FeedStanding {
  name: string;
  state: 'starting' | 'live' | 'behind' | 'down';
  /** The market refuses the key. */
  refused?: true;
  holds: boolean;
  ageSeconds: number | null;
}

export interface Feed extends FeedStanding {
  detail: string;
  gaps: number;
  duplicates: number;
  quarantined: number;
  reconnects: number;
}

/** Where published prices are delivered. Counts are of messages, up to a pack of prices each. */
export interface Sink {
  name: string;
  kind: string;
  url: string;
  state: 'delivering' | 'paused' | 'stopped' | 'gap' | 'idle' | 'removed';
  reason?: string;
  since?: string;
  delivered: number;
  dead: number;
  replaying: boolean;
  waiting: number;
  oldestWaitingSeconds: number | null;
  attempts: number;
  errorPercent: number;
  latencyMs: { p50: number; p99: number } | null;
  lastDeliveredAt?: string;
  lastError?: { reason: string; detail: string; at: string };
  gap?: { messages: number };
  resync?: { prices: number };
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { pointer?: string; parameter?: string; header?: string; detail: string }[];
  requestId?: string;
}

/** How the page hears of news. */
export type Connection = 'connecting' | 'live' | 'polling' | 'reconnecting' | 'logged-out';

/** All that the page shows; sections draw themselves from it. */
export interface State {
  connection: Connection;
  /** Since when there is no news, ms since 1970; 0 = there is. */
  silentSince: number;
  /** Why the API cannot tell anything just now. */
  problem: ProblemBody | null;
  stats: Stats | null;
  series: Series | null;
  batches: Batch[];
  held: HeldPrice[] | null;
  freeze: Freeze | null;
  limits: Limits | null;
  /** Why the gateway cannot be used, in its own words. */
  gatewayFault: string | null;
  canary: CanaryState | null;
  /** How far the prices of the newest shadow lie from the live ones. */
  parity: Parity | null;
  /** What the feeds of the market count. */
  feeds: Feed[];
  sinks: Sink[];
}

/** What sections share. */
export interface App {
  who: Who;
  canWrite: boolean;
  canAdmin: boolean;
  state: State;
  /** Draws all sections anew, soon. */
  changed(): void;
  /** Asks the API for what does not come by itself. */
  refresh(): Promise<void>;
  /** Says something to everybody, screen readers included. */
  say(text: string, kind?: 'good' | 'bad'): void;
}

/** A part of the page, drawn at each change. */
export type Section = (state: State) => void;
