import { onTestFinished } from 'vitest';
import { GatewayClient, type GatewayOptions, type GatewayOutcome } from '../src/index.ts';

/** The key that `clientOf` has if not told otherwise. */
export const key = 'sk-test-0123456789';

/** Headers of a streamed answer, and of one in one piece. */
export const stream = { 'content-type': 'text/event-stream' };
export const json = { 'content-type': 'application/json' };

/** The call that every test makes. */
export const request = {
  model: 'm',
  messages: [{ role: 'user', content: 'row,price\n1,2' }],
  maxTokens: 40,
  temperature: 0,
} as const;

/** A client that is closed when the test ends. */
export function clientOf(url: string, options: Partial<GatewayOptions> = {}): GatewayClient {
  const client = new GatewayClient({ baseUrl: url, apiKeys: [key], timeoutMs: 30_000, connections: 4, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** One call by a client of its own. */
export function ask(url: string, options: Partial<GatewayOptions> = {}): Promise<GatewayOutcome> {
  return clientOf(url, options).complete(request);
}
