import { type SendingSinkConfig, webhookSecrets } from '@reprice/config';
import { Webhook } from 'standardwebhooks';
import type { Sink } from '../sink.ts';
import { acknowledgedPrices } from './acknowledged.ts';
import { type SendingOptions, SendingSink } from './sending-sink.ts';

/** Makes a webhook or http sink of its settings. Throws a TypeError for a URL that is not allowed. */
export function createSender(name: string, config: SendingSinkConfig, options: SendingOptions = {}): Sink {
  if (config.kind === 'webhook') {
    const headersOf = webhookHeaders(webhookSecrets(config));
    return new SendingSink(
      name,
      config,
      { kind: 'webhook', method: 'POST', headersOf, read: () => undefined },
      options,
    );
  }
  const { method, headers } = config;
  const headersOf = (id: string) => ({ ...headers, 'idempotency-key': id });
  return new SendingSink(name, config, { kind: 'http', method, headersOf, read: acknowledgedPrices }, options);
}

/**
 * The headers of Standard Webhooks 1.0: the same id at each attempt, the time of the attempt, and a signature a secret, the newest first, so that
 * a receiver may change its secret when it likes.
 */
export function webhookHeaders(secrets: readonly string[]) {
  const signers = secrets.map((secret) => new Webhook(secret));
  return (id: string, body: string, now: Date): Readonly<Record<string, string>> => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
  });
}
