import path from 'node:path';
import { type AcquiredRedis, acquireRedis } from '@reprice/embedded-redis';
import { type App, startApp } from './app.ts';
import { type Credentials, gatewayKey } from './credentials.ts';
import { whenSinkIsSaved } from './saved-sinks.ts';
import { StartError } from './start-error.ts';

/** What runs besides Redis, simulator, API and worker. */
export interface Extras {
  /** Whether the config file names feeds. */
  readonly feeds: boolean;
  /** Whether the config file names sinks; if not, their process starts once one is saved over the API. */
  readonly sinks: boolean;
}

/** What runs: Redis, simulator, API and worker, of which the first two may be someone else's; and what else there is to do. */
export class Platform {
  readonly #root: string;
  readonly #dataDir: string;
  readonly #kills = new Set<() => void>();
  readonly #apps = new Map<string, App>();
  #redis: AcquiredRedis | undefined;
  #endLooking: () => void = () => {};
  #stopped: Promise<void> | undefined;
  /** Resolves, if a part ends that nobody asked to end, with what happened. */
  readonly broken: Promise<StartError>;
  #break: (error: StartError) => void = () => {};

  constructor(root: string, dataDir: string) {
    this.#root = root;
    this.#dataDir = dataDir;
    this.broken = new Promise((resolve) => {
      this.#break = resolve;
    });
  }

  get redisUrl(): string {
    return this.#redis?.url ?? '';
  }

  /** Where Redis comes from: PATH, cache, apt, REDIS_URL, REDIS_SERVER_BIN. */
  get redisSource(): string {
    return this.#redis?.source ?? '';
  }

  url(app: 'api' | 'simulator'): string | undefined {
    return this.#apps.get(app)?.url;
  }

  /**
   * Starts the parts, each as soon as what it needs is there.
   *
   * @throws StartError if a part does not get ready; RedisStartError if there is no Redis
   */
  async start(env: NodeJS.ProcessEnv, { apiKeys }: Credentials, extras: Extras): Promise<void> {
    // First of all, since it claims the data directory: a second start must not touch the logs of the first.
    this.#redis = await acquireRedis({
      cacheDir: path.join(this.#root, '.cache'),
      dataDir: path.join(this.#dataDir, 'redis'),
      env,
    });
    void this.#redis.exited.then(({ output }) => {
      this.killApps(); // without Redis they would wait for it instead of ending
      this.#break(new StartError(`Redis ended unexpectedly. Its last words:\n${output}`));
    });
    const all = { ...env, REDIS_URL: this.#redis.url, API_KEYS: apiKeys };
    const gateway = env.GATEWAY_BASE_URL ? {} : await this.#startSimulator(all);
    await Promise.all([
      this.#startApp('api', { ...all, ...gateway }),
      this.#startApp('worker', { ...all, ...gateway }),
      extras.sinks && this.#startApp('sinks', { ...all, ...gateway }),
      // The worker has that port.
      extras.feeds && this.#startApp('feed', { ...all, ...gateway, METRICS_PORT: '' }),
    ]);
    if (extras.sinks || this.#stopped !== undefined) return;
    this.#endLooking = whenSinkIsSaved(this.redisUrl, () => {
      this.#startApp('sinks', { ...all, ...gateway }).catch((error: StartError) => this.#break(error));
    });
  }

  async #startSimulator(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
    const key = gatewayKey();
    const { url } = await this.#startApp('simulator', {
      ...env,
      HOST: '127.0.0.1', // as HOST it would take the API's
      SIMULATOR_PORT: env.SIMULATOR_PORT ?? '0',
      GATEWAY_API_KEYS: key,
      GATEWAY_API_KEYS_FILE: '',
    });
    return { GATEWAY_BASE_URL: url, GATEWAY_API_KEYS: key, GATEWAY_API_KEYS_FILE: '' };
  }

  async #startApp(name: string, env: NodeJS.ProcessEnv): Promise<App> {
    const app = await startApp(name, env, {
      root: this.#root,
      dataDir: this.#dataDir,
      onSpawn: (kill) => this.#kills.add(kill),
    });
    this.#apps.set(name, app);
    void app.exited.then((how) =>
      this.#break(
        new StartError(
          `The ${name} ${how}, though nobody asked it to. What was accepted is kept: npm start goes on with it.`,
          app.logFile,
        ),
      ),
    );
    return app;
  }

  /** Ends all parts, those first that use the others; the worker finishes its calls in flight. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopInOrder();
    return this.#stopped;
  }

  async #stopInOrder(): Promise<void> {
    this.#endLooking();
    await Promise.all(['api', 'feed', 'worker'].map((name) => this.#apps.get(name)?.stop()));
    await this.#apps.get('sinks')?.stop();
    this.killApps(); // the simulator, and what had not got ready
    await this.#redis?.stop();
  }

  /** Ends the apps at once. Redis is left to `stop`, which lets it write out its file. */
  killApps(): void {
    for (const kill of this.#kills) kill();
  }
}
