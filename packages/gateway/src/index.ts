export { cheapestStartMs } from './cheap-start.ts';
export { type CompletionRequest, GatewayClient, type GatewayOptions } from './client.ts';
export { costNanoUsd, worstCaseNanoUsd } from './cost.ts';
export { keyFingerprint } from './key-state.ts';
export { KeyWatch } from './key-watch.ts';
export { type ModelPrice, modelPrices, type PriceWindow, type TokenPrices } from './model-price.ts';
export type { GatewayOutcome } from './outcome.ts';
export { dearestPrices, pricesAt } from './price-window.ts';
export { readRetryAfter } from './retry-after.ts';
