import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { connectionFault } from './connection-fault.ts';
import { gatewayWarning } from './gateway-check.ts';

test('tells a gateway that does not answer', async () => {
  expect(await gatewayWarning('http://u:hunter22@127.0.0.1:1/v1', ['k'])).toBe(
    'The gateway at http://127.0.0.1:1/v1 does not answer (connection refused): its calls wait until it does. ' +
      'Check GATEWAY_BASE_URL.',
  );
});

test.each([
  [200, undefined],
  [404, undefined], // it keeps no list of models
  [401, /refuses the key \(status 401\).*GATEWAY_API_KEYS/],
  [503, /answers with status 503/],
])('asks with the first key; status %i', async (status, expected) => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push([request.url, request.headers.authorization]);
    response.writeHead(status).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const warning = await gatewayWarning(`http://127.0.0.1:${port}/v1/`, ['first', 'second']);
  server.close();
  expect(asked).toEqual([['/v1/models', 'Bearer first']]);
  if (expected) expect(warning).toMatch(expected);
  else expect(warning).toBeUndefined();
});

test('names a timeout by its reason', () => {
  const reason = new DOMException('late', 'TimeoutError');
  const abort = Object.assign(new Error('aborted', { cause: reason }), { name: 'AbortError', code: 'ABORT_ERR' });
  expect(connectionFault(abort)).toBe('no answer within 5 s');
});
