import type { CanaryDefaults, Config, ResolveHost } from '@reprice/config';
import type { PackQueue } from '@reprice/queue';
import type { Store } from '@reprice/store';
import type { Tracing } from '@reprice/telemetry/tracing';
import type { KeyRing } from './auth/keys.ts';
import type { BatchDone } from './batch-done.ts';
import type { EventHub } from './events/hub.ts';
import type { EvictionGuard } from './eviction.ts';
import type { RequestLimit } from './http/request-limit.ts';
import type { ApiLogger } from './http/request-log.ts';
import type { Pace } from './intake/body.ts';
import type { OpenBatches } from './intake/open-batches.ts';
import type { ApiMetrics } from './metrics/api-metrics.ts';
import type { CallTerms } from './replay/call-cost.ts';
import type { StatsSource } from './stats/stats-source.ts';

/** All that the API is made of; main.ts builds it from the configuration, tests build their own. */
export interface ApiDeps {
  readonly store: Store;
  readonly queue: PackQueue;
  readonly batchDone: BatchDone;
  readonly openBatches: OpenBatches;
  readonly stats: StatsSource;
  readonly events: EventHub;
  readonly eviction: EvictionGuard;
  readonly keys: KeyRing;
  /** How many requests a minute each API key may make (0 = no limit), counted in this Redis for all API processes. */
  readonly requestLimit: RequestLimit;
  readonly logger: ApiLogger;
  readonly metrics: ApiMetrics;
  /** Absent: nobody wants traces. */
  readonly tracing?: Tracing;
  /** ms since 1970. */
  readonly clock: () => number;
  /** Names of the configured strategies. */
  readonly strategies: ReadonlySet<string>;
  readonly packSize: number;
  /** By what the worst case of a call is told. */
  readonly callTerms: CallTerms;
  /** What a canary is where PUT /v1/canary does not say. */
  readonly canary: CanaryDefaults;
  /** What shops and markets send, by the name of the source. */
  readonly sources: Config['sources'];
  /** When too much of it cannot be used. */
  readonly quarantine: Config['quarantine'];
  /** Names of the feeds that the configuration has. */
  readonly feeds: readonly string[];
  /** Names of the sinks that the configuration has. */
  readonly sinks: readonly string[];
  /** Who tells the addresses of the name that a saved sink has. */
  readonly resolveHost: ResolveHost;
  /** The address the server listens on: on loopback, foreign Host names are refused. */
  readonly host: string;
  /** Whether the gateway answers and takes the key. */
  readonly checkGateway: () => Promise<{ ok: boolean; detail: string; models?: readonly string[] }>;
  /** Fingerprints of the gateway's keys that this process is configured with by now, in order of use. */
  readonly gatewayKeys: () => readonly string[];
  /** Whether this process ends: then it is not ready, though it still answers. */
  readonly isStopping: () => boolean;
  /** How slow an upload may be; the default suits but for tests. */
  readonly pace?: Pace;
}
