import { type Config, GatewayKeyFile } from '@reprice/config';
import { type GatewayClient, KeyWatch } from '@reprice/gateway';
import type { Store } from '@reprice/store';
import { addSecrets, type Logger, onceEvery } from '@reprice/telemetry';

const sameErrorEveryMs = 10_000;

/**
 * Keeps the keys, by which the gateway is asked whether it is there, what they are by now: without those that rest or are revoked, and as
 * the key file has them.
 */
export function watchKeys(
  config: Pick<Config['gateway'], 'apiKeys' | 'apiKeysFile'>,
  store: Store,
  gateway: GatewayClient,
  logger: Logger,
): KeyWatch {
  const turn = onceEvery(sameErrorEveryMs);
  const file = config.apiKeysFile === undefined ? undefined : new GatewayKeyFile(config.apiKeysFile, config.apiKeys);
  return new KeyWatch({
    client: gateway,
    readStates: async () => (await store.gatewayKeys.read()).states,
    changedKeys: file && (() => file.changed()),
    onKeys: (keys) => {
      addSecrets(logger, keys);
      logger.info({ gatewayKeys: keys.length }, 'the gateway keys are others now');
    },
    onError: (err) => {
      const mine = turn(err.message);
      if (mine) logger.error({ err, suppressed: mine.suppressed }, 'cannot look at the gateway keys');
    },
  });
}
