export {
  type Admission,
  type Budget,
  type ClosedReason,
  type GatewayHealth,
  type LedgerState,
  type RateLimits,
  ReconcileConflict,
  type Reservation,
  type WorstCase,
} from './admission-words.ts';
export type { BatchRecord, BatchStatus, IgnoredField } from './batch-record.ts';
export type { Rejection, StagedPack } from './batches.ts';
export { type ChangeEntry, type ChangePage, compareChangeIds } from './changes.ts';
export { CompetitorTally } from './competitor-tally.ts';
export type { DeadLetter, DeathNote } from './dead-letter.ts';
export { isObserved, SETTLE_MS, type TakenPack } from './dirty-set.ts';
export { asRevived, type FailedJob, type FailedJobFilter } from './failed-job-record.ts';
export type { Failure } from './failure.ts';
export type { FeedCounts, FeedLease, FeedRecord, FeedReport, FeedState, Feeds, FeedView } from './feeds.ts';
export type { Freeze } from './freeze.ts';
export type { Freshness } from './freshness.ts';
export type { GatewayKeyState, GatewayKeysKnown } from './gateway-keys.ts';
export { policyFault, type StoreHealth } from './health.ts';
export type { HeldPrice, HoldCode } from './held.ts';
export type { Claim, Claimed } from './idempotency.ts';
export { type Buckets, percentile } from './latency-buckets.ts';
export { type MergedRow, ObservationMerger } from './observation-merger.ts';
export { MERGE_AT_ONCE } from './observations.ts';
export { PAST_REVISIONS, type PriceStory, type Revision } from './price-history.ts';
export type { PublishCode } from './prices.ts';
export type { ProcessIdentity, ProcessKind, ProcessView } from './processes.ts';
export { changePercent, type Publication, type PublishRow } from './publish-row.ts';
export { isAlarming, QUARANTINE_MINUTES, type Quarantined, type QuarantineShare } from './quarantine.ts';
export type { RatesState } from './rates-in-force.ts';
export type { RedisState } from './redis-state.ts';
export { ROUTE_WINDOW_MS, type RouteTallies } from './routes.ts';
export { CRASHES_AT_MOST, type RunStart } from './runs.ts';
export type { Comparison, ShadowFigures } from './shadows.ts';
export type { Parity, ParityEntry, ParityNote, ParityOutcome } from './sink-parity.ts';
export type { DeliveredChange, OpenChange, ResyncPage, SinkReader, Taken } from './sink-reader.ts';
export type { SinkFailure, SinkRecord } from './sink-record.ts';
export { type AttemptCounts, AttemptTally, sumOf } from './sink-windows.ts';
export type { Sinks, StreamSpan } from './sinks.ts';
export { type LoadedPack, type LoadedRow, OBSERVE_AT_ONCE, priceHolds } from './snapshots.ts';
export { SourceIntake } from './source-intake.ts';
export { SourceResolver } from './source-resolver.ts';
export { type ChangeFloor, type Flush, type Pace, TOP_CHANGES } from './stats.ts';
export { type Counts, CountsInMemory, type PriceChange, sumCounts } from './stats-counts.ts';
export { Store } from './store.ts';
export { sumWorth, WORTH_DAYS, type WorthDay, type WorthLine, type WorthSums } from './worth.ts';
