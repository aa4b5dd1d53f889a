// What a client needs, without the price list and the gateway's HTTP pool behind it: the CLI starts in half the time.
export { nearest, type Priority, priorities, sharePercent, snapshotFields } from '@reprice/pricing';
export { type ClientConfig, defaultApiUrl, loadClientConfig } from './client-config.ts';
export { ConfigError, configExitCode } from './config-error.ts';
export { readHttpUrl } from './http-url.ts';
export { rateLimitBounds } from './rate-limit-bounds.ts';
