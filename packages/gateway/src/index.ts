export { type ChatMessage, type CompletionRequest, GatewayClient, type GatewayOptions } from './client.ts';
export { costNanoUsd, worstCaseNanoUsd } from './cost.ts';
export { type KeyChange, type KeyState, type KeyView, keyFingerprint, type SharedKeyState } from './key-state.ts';
export { KeyWatch } from './key-watch.ts';
export { type ModelPrice, modelPriceSchema, modelPrices } from './model-price.ts';
export type { GatewayOutcome } from './outcome.ts';
export type { ToldLimits } from './told-limits.ts';
export type { Usage } from './usage.ts';
