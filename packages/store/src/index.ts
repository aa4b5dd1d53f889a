export {
  type Admission,
  type Budget,
  budgetShares,
  type ConfiguredLimit,
  type Reservation,
  type WorstCase,
} from './admission.ts';
export type { BatchKind, BatchMode, BatchRecord, BatchStatus, IgnoredField } from './batch-record.ts';
export { type Failure, REJECTIONS_KEPT, type Rejection, type StagedPack } from './batches.ts';
export { BudgetCalendar, type BudgetDay } from './budget-day.ts';
export type { StoreHealth } from './health.ts';
export { Keys } from './keys.ts';
export type { Publication, PublishCode, PublishRow } from './prices.ts';
export { type LoadedPack, type LoadedRow, OBSERVE_AT_ONCE, type Observed, priceHolds } from './snapshots.ts';
export { Store, type StoreOptions } from './store.ts';
