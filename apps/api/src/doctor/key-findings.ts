import { scopes } from '@reprice/config';
import type { GatewayKeysKnown } from '@reprice/store';
import type { KeyRing } from '../auth/keys.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Which API keys there are, by scope, and whether somebody could guess one. */
export function apiKeyFinding(keys: KeyRing): Finding {
  const byScope = scopes.map((scope) => ({ scope, count: keys.all.filter((key) => key.scope === scope).length }));
  const said = byScope.filter(({ count }) => count > 0).map(({ scope, count }) => `${count} ${scope}`);
  const detail = `API keys by scope: ${said.join(', ') || 'none'}.`;
  if (keys.all.length === 0) return failed('api-keys', detail, 'Set API_KEYS: name:scope:secret, comma-separated.');
  const guessable = keys.all.filter((key) => key.isGuessable).map((key) => key.name);
  if (guessable.length > 0)
    return warning(
      'api-keys',
      `${detail} The secret of ${guessable.join(', ')} is short enough to be guessed.`,
      'Give API_KEYS a secret of 16 random characters or more, such as `openssl rand -hex 16` makes.',
    );
  if (keys.all.some((key) => key.scope === 'admin')) return ok('api-keys', detail);
  return warning(
    'api-keys',
    detail,
    'Nobody can change budget, limits or gateway keys: add a key of scope admin to API_KEYS.',
  );
}

/** Whether a key of the gateway is left. `own` are the fingerprints that this API is configured with. */
export function gatewayKeyFinding(own: readonly string[], known: GatewayKeysKnown): Finding {
  const id = 'gateway-keys';
  if (own.length === 0) return ok(id, 'No gateway key is configured: calls go out without one.');
  const out = known.states.filter((state) => own.includes(state.id));
  const usable = own.length - out.length;
  const detail = `${usable} of ${own.length} gateway keys can be used${out.map((key) => `; ${key.id} is ${key.state}${key.reason && ` (${key.reason})`}`).join('')}.`;
  if (usable === 0)
    return failed(
      id,
      detail,
      'Add a key to GATEWAY_API_KEYS, or `reprice keys restore ID`. Calls wait; no work is lost.',
    );
  return out.length === 0 ? ok(id, detail) : warning(id, detail, 'reprice keys shows them.');
}
