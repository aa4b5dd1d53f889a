export { answererOf } from './answerer.ts';
export { needsApproval } from './approval.ts';
export { type Bounds, boundsFor, type Conflict, type GuardrailName } from './bounds.ts';
export {
  answers,
  type Canary,
  type CanaryMode,
  type CanaryState,
  type CanaryTolerance,
  canaryStrategy,
  isCanarySku,
  isLive,
  isShadow,
  noCanary,
  promotionSteps,
  routeOf,
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
export { type ChangeLimit, rollingPercents } from './change-limits.ts';
export { type Conversions, decodeConversions, encodeConversions, type ForeignPrice } from './conversions.ts';
export { type Currency, currencies, currencyDigits, isCurrency } from './currency.ts';
export { type DecisionInputs, type Retraced, reproduces, retrace } from './decision.ts';
export { type Fault, shown } from './fault.ts';
export { type FreshnessPolicy, type LearnedTtl, ttlSecondsOf, usualFreshness } from './freshness.ts';
export { applyGuardrails, type GuardrailStep, SafePrice } from './guardrails.ts';
export { parseInstant } from './instant.ts';
export { marketMinor } from './market.ts';
export { formatMoney, type MoneyResult, maxMinor, parseMoney } from './money.ts';
export { nearest } from './nearest.ts';
export {
  type Observation,
  type ObservedField,
  observedFields,
  parseObservation,
  skuOfBareAmounts,
  unknownSku,
} from './observation.ts';
export { differenceStep, type Parity, type ParityBin, parityOf } from './parity.ts';
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
export { type Priority, priorities } from './priority.ts';
export { buildPrompt, type Prompt, type PromptRow } from './prompt.ts';
export { promptVersion } from './prompt-text.ts';
export {
  type ProviderOptions,
  providerOptionsOf,
  providerOptionsSchema,
  worstOptionTokens,
} from './provider-options.ts';
export { baseIsOne, isFromFuture, type RateTable, rateTableFields, rateTableSchema } from './rate-table.ts';
export { Rates, type Unconverted } from './rates.ts';
export { ReplyParser, type ReplyResult, type ReplyRow, type RowProblem } from './reply.ts';
export { type CountedCall, countsOf, latencyAt, type RouteTally, tallyOf } from './route-tally.ts';
export { rulesSuggestion } from './rules.ts';
export { overstock, type Supply, scarcity } from './scores.ts';
export { parseSnapshot, type Snapshot, type SnapshotDefaults, type SnapshotResult } from './snapshot.ts';
export { snapshotFields } from './snapshot-fields.ts';
export { observationInput, snapshotInput, strictSnapshotInput } from './snapshot-input.ts';
export type { Misfit, ObservationInput, SourceItem, SourceReading, StockLevel } from './source-reading.ts';
export {
  builtInStrategies,
  defaultStrategy,
  type GuardrailPolicy,
  type RulesProfile,
  type Strategy,
  strategySchema,
} from './strategy.ts';
export { isAbsurd, type Suggestion, suggestionFrom } from './suggestion.ts';
export {
  isUnsure,
  isWorthDoubting,
  type TierName,
  type TierPolicy,
  tierGroup,
  tierOf,
  tierStrategy,
  valueAtStakeMinor,
  valueLimitIn,
} from './tiers.ts';
export { undoesOneRun } from './undo.ts';
export { formatUsd, parseUsd } from './usd.ts';
export { differenceBp, type PricedFrom, rulesPriceMinor } from './worth.ts';
