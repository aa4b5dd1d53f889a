export { type ApiKey, type Scope, scopes } from './api-keys.ts';
export { type CanaryDefaults, canaryFields } from './canary-fields.ts';
export { type Config, loadConfig, type ProcessName, secretsOf } from './config.ts';
export { ConfigError, configExitCode } from './config-error.ts';
export { defaultConfigFile } from './config-file.ts';
export { environmentVariables } from './environment.ts';
export type { Env } from './environment-values.ts';
export type { FeedSettings } from './feed-fields.ts';
export { GatewayKeyFile } from './gateway-key-file.ts';
export { isLoopback } from './loopback.ts';
export { rateLimitBounds } from './rate-limit-bounds.ts';
export { type ResolveHost, resolveHost } from './resolve-host.ts';
export { sectionSchemas } from './sections.ts';
export {
  type SendingSinkConfig,
  type SinkConfig,
  type SinkTriggers,
  savedSinkFields,
  sinkName,
  sinkSecrets,
  webhookSecrets,
} from './sink-fields.ts';
export { sinkTarget } from './sink-target.ts';
export { isTargetAddress } from './target-address.ts';
export { hostOf, readTargetUrl, type TargetTerms } from './target-url.ts';
export { defineConfig, type StrategyOverride, type UserConfig } from './user-config.ts';
