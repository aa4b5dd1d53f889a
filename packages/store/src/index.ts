export type { AdmissionControl } from './admission.ts';
export {
  type Admission,
  type Budget,
  budgetShares,
  type ClosedReason,
  type Closure,
  type ConfiguredLimit,
  type GatewayHealth,
  type LedgerState,
  type Limits,
  type RateLimits,
  ReconcileConflict,
  type Reservation,
  type UnsettledCall,
  type WorstCase,
} from './admission-words.ts';
export type { BatchKind, BatchMode, BatchRecord, BatchStatus, IgnoredField } from './batch-record.ts';
export type { Rejection, StagedPack } from './batches.ts';
export { BudgetCalendar, type BudgetDay } from './budget-day.ts';
export { type ChangeEntry, type ChangePage, compareChangeIds } from './changes.ts';
export { CompetitorTally } from './competitor-tally.ts';
export { DEAD_LETTERS_KEPT, type DeadLetter, type DeathNote } from './dead-letter.ts';
export type { DecisionBasis } from './decision-record.ts';
export { type DirtySet, type DueSkus, isObserved, SETTLE_MS, type TakenPack } from './dirty-set.ts';
export {
  asRevived,
  type FailedJob,
  type FailedJobFilter,
  type FailingJob,
  type RevivedJob,
} from './failed-job-record.ts';
export type { FailedJobs } from './failed-jobs.ts';
export type { Failure } from './failure.ts';
export type {
  FeedCounts,
  FeedCursor,
  FeedLease,
  FeedRecord,
  FeedReport,
  FeedState,
  Feeds,
  FeedView,
} from './feeds.ts';
export type { Freeze } from './freeze.ts';
export type { Freshness } from './freshness.ts';
export type {
  GatewayKeyChange,
  GatewayKeyState,
  GatewayKeysKnown,
  GatewayKeyUse,
  GatewayKeyUsed,
} from './gateway-keys.ts';
export { policyFault, type StoreHealth } from './health.ts';
export type { HeldPrice, HoldCode } from './held.ts';
export type { Claim, Claimed } from './idempotency.ts';
export { Keys } from './keys.ts';
export { type Buckets, percentile } from './latency-buckets.ts';
export { type MergedRow, ObservationMerger, type ObservationMergerOptions } from './observation-merger.ts';
export { MERGE_AT_ONCE, type ObservationOutcome, type Observations } from './observations.ts';
export { PAST_REVISIONS, type PriceStory, type Revision } from './price-history.ts';
export type { PublishCode } from './prices.ts';
export type { ProcessIdentity, ProcessKind, ProcessView } from './processes.ts';
export { changePercent, type Publication, type PublishRow } from './publish-row.ts';
export {
  isAlarming,
  QUARANTINE_MINUTES,
  type Quarantine,
  type Quarantined,
  type QuarantineShare,
} from './quarantine.ts';
export type { RatesInForce, RatesState } from './rates-in-force.ts';
export type { RedisState } from './redis-state.ts';
export type { Decision } from './result-chunk.ts';
export { ROUTE_WINDOW_MS, type RouteCounts, type RouteTallies } from './routes.ts';
export { CRASHES_AT_MOST, type RunStart } from './runs.ts';
export { type Comparison, type ShadowFigures, WORST_COMPARISONS } from './shadows.ts';
export type { Parity, ParityEntry, ParityNote, ParityOutcome } from './sink-parity.ts';
export type { DeliveredChange, OpenChange, ResyncPage, SinkReader, Taken } from './sink-reader.ts';
export type { SinkDescription, SinkFailure, SinkRecord, SinkState } from './sink-record.ts';
export { type AttemptCounts, AttemptTally, sumOf } from './sink-windows.ts';
export type { Sinks, StreamSpan } from './sinks.ts';
export { type LoadedPack, type LoadedRow, OBSERVE_AT_ONCE, type Observed, priceHolds } from './snapshots.ts';
export { SourceIntake, type SourceIntakeOptions, type SourceTaken } from './source-intake.ts';
export { type ResolvedReading, SourceResolver } from './source-resolver.ts';
export type { SourceThings } from './source-things.ts';
export { type ChangeFloor, type Flush, type Pace, Stats, TOP_CHANGES } from './stats.ts';
export { type Counts, CountsInMemory, type PriceChange, sumCounts } from './stats-counts.ts';
export { Store, type StoreOptions } from './store.ts';
export { sumWorth, WORTH_DAYS, type WorthDay, type WorthLine, type WorthSums } from './worth.ts';
