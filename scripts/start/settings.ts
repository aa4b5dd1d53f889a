import { type Config, ConfigError, loadConfig } from '@reprice/config';

/**
 * Reads the settings as the apps will, before any of them is started. What npm start itself gives them (keys, the
 * simulator's address) need not be there.
 *
 * @returns the settings, or the text of all that is wrong with them
 */
export function readSettings(env: NodeJS.ProcessEnv, root: string): Config | string {
  const made = {
    ...(env.API_KEYS ? {} : { API_KEYS: 'start:admin:made-later' }),
    ...(env.GATEWAY_BASE_URL
      ? {}
      : { GATEWAY_BASE_URL: 'http://127.0.0.1', GATEWAY_API_KEYS: '', GATEWAY_API_KEYS_FILE: '' }),
  };
  try {
    return loadConfig({ ...env, ...made }, { process: 'api', cwd: root }); // the API needs all that a worker needs
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
