export { answererOf } from './answerer.ts';
export { needsApproval } from './approval.ts';
export { type Bounds, boundsFor, type Conflict, type GuardrailName } from './bounds.ts';
export {
  answers,
  type Canary,
  canaryStrategy,
  isCanarySku,
  isLive,
  isRetired,
  isShadow,
  noCanary,
  type Span,
  usualTolerance,
} from './canary.ts';
export {
  type CanaryChange,
  type CanaryWish,
  promoteCanary,
  rollBackCanary,
  setCanary,
} from './canary-change.ts';
export { type Breach, judgeCanary } from './canary-judge.ts';
export { type Conversions, decodeConversions, encodeConversions, type ForeignPrice } from './conversions.ts';
export { type Currency, currencyDigits, isCurrency } from './currency.ts';
export { type DecisionInputs, type Retraced, reproduces, retrace } from './decision.ts';
export { type Fault, shown } from './fault.ts';
export { type FreshnessPolicy, ttlSecondsOf, usualFreshness } from './freshness.ts';
export { applyGuardrails, SafePrice } from './guardrails.ts';
export { parseInstant } from './instant.ts';
export { formatMoney, parseMoney } from './money.ts';
export { nearest } from './nearest.ts';
export {
  type Observation,
  type ObservedField,
  observedFields,
  parseObservation,
  skuOfBareAmounts,
  unknownSku,
} from './observation.ts';
export { differenceStep, parityOf } from './parity.ts';
export {
  decodePast,
  encodePast,
  noPast,
  type PastPrices,
  type RecentPrices,
  withReplaced,
  worthKeeping,
} from './past-prices.ts';
export { askVersion, policyVersion } from './policy-version.ts';
export type { Price, PriceSource } from './price.ts';
export { type Priority, priorities, sharePercent } from './priority.ts';
export { buildPrompt, type Prompt, type PromptRow } from './prompt.ts';
export { promptVersion } from './prompt-text.ts';
export {
  type ProviderOptions,
  providerOptionsOf,
  providerOptionsSchema,
  worstOptionTokens,
} from './provider-options.ts';
export { baseIsOne, isFromFuture, type RateTable, rateTableFields, rateTableSchema } from './rate-table.ts';
export { Rates } from './rates.ts';
export { ReplyParser, type ReplyResult, type RowProblem } from './reply.ts';
export { type CountedCall, countsOf, latencyAt, type RouteTally, tallyOf } from './route-tally.ts';
export { rulesSuggestion } from './rules.ts';
export { parseSnapshot, type Snapshot, type SnapshotDefaults } from './snapshot.ts';
export { snapshotFields } from './snapshot-fields.ts';
export { observationInput, snapshotInput, strictSnapshotInput } from './snapshot-input.ts';
export type { Misfit, ObservationInput, SourceItem, SourceReading, StockLevel } from './source-reading.ts';
export { builtInStrategies, defaultStrategy, type GuardrailPolicy, type Strategy, strategySchema } from './strategy.ts';
export { isAbsurd, type Suggestion, suggestionFrom } from './suggestion.ts';
export {
  isUnsure,
  isWorthDoubting,
  type TierName,
  type TierPolicy,
  tierOf,
  tierStrategy,
  valueAtStakeMinor,
  valueLimitIn,
} from './tiers.ts';
export { undoesOneRun } from './undo.ts';
export { formatUsd, parseUsd } from './usd.ts';
export { differenceBp, rulesPriceMinor } from './worth.ts';
