import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { inTurn } from './in-turn.ts';

async function serving(handle: RequestListener): Promise<number> {
  const server = createServer(inTurn(handle)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('the requests of a connection are handled one at a time and in order, bodies included', async () => {
  const seen: string[] = [];
  let [now, most] = [0, 0];
  const port = await serving((req, res) => {
    most = Math.max(most, ++now);
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      seen.push(`${req.url} ${body}`);
      now--;
      res.end('x');
    });
  });
  const socket = connect(port, '127.0.0.1');
  const count = 500;
  const paths = Array.from({ length: count }, (_, i) => `/${i}`);
  socket.write(
    paths.map((path) => `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${path.length}\r\n\r\n${path}`).join(''),
  );
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (text.split('HTTP/1.1 200').length > count) break;
  }
  expect(seen).toEqual(paths.map((path) => `${path} ${path}`));
  expect(most).toBe(1);
});

test('a connection waits for itself alone', async () => {
  const held: (() => void)[] = [];
  const port = await serving((req, res) => {
    if (req.url === '/slow') held.push(() => res.end('slow'));
    else res.end('quick');
  });
  const stuck = connect(port, '127.0.0.1');
  stuck.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\nGET /quick HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(() => held.length).toBe(1);
  expect(await (await fetch(`http://127.0.0.1:${port}/quick`)).text()).toBe('quick');
  held[0]?.();
  let text = '';
  for await (const chunk of stuck) {
    text += chunk;
    if (text.includes('quick')) break;
  }
  expect(text.indexOf('slow')).toBeLessThan(text.indexOf('quick'));
});
