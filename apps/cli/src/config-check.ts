import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Check } from './service-responses.ts';

/** Whether the settings that a worker or an API would be started with here can be read: the environment, and reprice.config.ts. */
export async function configCheck(env: Readonly<Record<string, string | undefined>>, cwd: string): Promise<Check> {
  // Loaded only here: with the price list behind it, it would slow every other command down.
  const { ConfigError, defaultConfigFile, loadConfig } = await import('@reprice/config');
  const id = 'config';
  try {
    const { warnings } = loadConfig(env, { process: 'worker', cwd });
    const file = env.REPRICE_CONFIG || defaultConfigFile;
    const has = existsSync(path.resolve(cwd, file)) ? `environment and ${file}` : `environment; there is no ${file}`;
    if (warnings.length === 0) return { id, state: 'ok', detail: `Read without faults, here in ${cwd}: ${has}.` };
    const advice = 'Set the right name, if it is meant for Reprice.';
    return { id, state: 'warning', detail: warnings.join(' '), advice };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'API and worker would not start with these settings.';
    return { id, state: 'failed', detail: error.message, advice };
  }
}
