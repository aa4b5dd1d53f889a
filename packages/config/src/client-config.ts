import { ConfigError } from './config-error.ts';
import { type Env, readEnvironment } from './environment-values.ts';
import { unknownNames } from './known-names.ts';

/** What the command `reprice` takes from the environment. */
export interface ClientConfig {
  /** REPRICE_URL; absent when it was not given. */
  readonly url?: string;
  /** REPRICE_API_KEY; absent when it was not given. */
  readonly apiKey?: string;
}

/** Where the command looks for an API when it is told nothing. */
export const defaultApiUrl = 'http://127.0.0.1:8080';

/**
 * Reads the client's part of the environment; settings of servers that stand in the same environment are not looked at.
 * @throws ConfigError with every fault at once.
 */
export function loadClientConfig(env: Env): ClientConfig {
  const { values, faults: wrong } = readEnvironment(env, ['REPRICE_URL', 'REPRICE_API_KEY']);
  const faults = [...unknownNames(env), ...wrong];
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze({
    ...(env.REPRICE_URL && values.REPRICE_URL !== undefined ? { url: values.REPRICE_URL } : {}),
    ...(values.REPRICE_API_KEY === undefined ? {} : { apiKey: values.REPRICE_API_KEY }),
  });
}
