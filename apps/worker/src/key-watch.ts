import { type Config, GatewayKeyFile } from '@reprice/config';
import { type GatewayClient, type GatewayOptions, KeyWatch, keyFingerprint } from '@reprice/gateway';
import type { Store } from '@reprice/store';
import { addSecrets, type Logger } from '@reprice/telemetry';

/** The call that tries a key starts within this time, else another process may try. */
const PROBE_CLAIM_MS = 10_000;

/** Lets all workers know what the gateway made of a key, and one of them try a key whose rest is over. */
export function keySharing(
  keys: Store['gatewayKeys'],
  log: Logger,
  onError: (error: Error) => void,
): Required<Pick<GatewayOptions, 'onKeyChange' | 'claimKeyProbe'>> {
  return {
    onKeyChange: (change) => {
      const { id, state, restMs, refusals, reason } = change;
      if (state === 'active') log.info({ gatewayKey: id }, 'the gateway takes a key again');
      else log.error({ gatewayKey: id, restMs, refusals, reason }, 'the gateway refused a key: it rests');
      keys.mark(change).catch(onError);
    },
    claimKeyProbe: (id) => keys.claimProbe(id, PROBE_CLAIM_MS),
  };
}

/** Follows what others find out about the keys, what a person decides, and the key file if there is one; tells what they are used for. */
export function watchKeys(
  config: Pick<Config['gateway'], 'apiKeys' | 'apiKeysFile'>,
  keys: Store['gatewayKeys'],
  gateway: GatewayClient,
  log: Logger,
  onError: (error: Error) => void,
): KeyWatch {
  const file = config.apiKeysFile === undefined ? undefined : new GatewayKeyFile(config.apiKeysFile, config.apiKeys);
  const told = new Map<string, { readonly calls: number; readonly refused: number }>();
  return new KeyWatch({
    client: gateway,
    async readStates() {
      const { states } = await keys.read();
      const view = gateway.keys;
      const used = view.map(({ id, calls, refused }) => {
        const before = told.get(id) ?? { calls: 0, refused: 0 };
        return { id, calls: Math.max(0, calls - before.calls), refused: Math.max(0, refused - before.refused) };
      });
      keys.report(used).catch(onError);
      told.clear();
      for (const { id, calls, refused } of view) told.set(id, { calls, refused });
      return states;
    },
    changedKeys: file && (() => file.changed()),
    onKeys: (changed) => {
      addSecrets(log, changed);
      log.info({ gatewayKeys: changed.map(keyFingerprint) }, 'the gateway keys are others now');
    },
    onError,
  });
}
