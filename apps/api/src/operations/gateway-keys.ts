import type { Operation } from '../http/operation.ts';
import { changedKeySchema, gatewayKeysSchema } from '../schemas/gateway-key.ts';

/** GET /v1/keys. */
export const listGatewayKeys: Operation = {
  id: 'listGatewayKeys',
  tag: 'gateway',
  summary: 'The keys of the gateway, by fingerprint, in the order of use',
  replies: { 200: { description: 'The keys.', content: { 'application/json': gatewayKeysSchema } } },
};

const changed: Operation['replies'] = {
  200: { description: 'The key as it is now.', content: { 'application/json': changedKeySchema } },
  404: { description: 'There is no such key; the problem names those that are there.' },
};

/** POST /v1/keys/:id/revoke. */
export const revokeGatewayKey: Operation = {
  id: 'revokeGatewayKey',
  tag: 'gateway',
  summary: 'Take a key out of use by all workers',
  description: 'The next key is used at once. With none left the queue rests, and no attempt is lost.',
  replies: changed,
};

/** POST /v1/keys/:id/restore. */
export const restoreGatewayKey: Operation = {
  id: 'restoreGatewayKey',
  tag: 'gateway',
  summary: 'Let a key back into use',
  description: 'Of a key that rests: at once, without waiting for its time.',
  replies: changed,
};
