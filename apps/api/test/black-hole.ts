import { connect, createServer, type Socket } from 'node:net';
import { endAfterTestFile } from '@reprice/testkit';

/** A TCP proxy in front of a port of this machine that can swallow what passes it, while its sockets stay open. */
export interface BlackHole {
  readonly port: number;
  /** Connections that were ever made. */
  readonly connections: number;
  /** From now on connections that are there carry nothing, in either direction; new ones do. */
  swallow(): void;
  /** New connections carry nothing either. */
  swallowAll(): void;
  /** New connections are carried again; those that were swallowed stay dead. */
  heal(): void;
}

/** Opens the proxy; it is closed after the test file. */
export async function blackHole(targetPort: number): Promise<BlackHole> {
  const pairs = new Set<[Socket, Socket]>();
  let isSwallowing = false;
  let connections = 0;
  const mute = ([near, far]: [Socket, Socket]): void => {
    near.removeAllListeners('data').resume();
    far.removeAllListeners('data').resume();
  };
  const server = createServer((near) => {
    connections++;
    const far = connect(targetPort, '127.0.0.1');
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    if (isSwallowing) mute(pair);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endAfterTestFile(async () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    swallow() {
      for (const pair of pairs) mute(pair);
    },
    swallowAll() {
      isSwallowing = true;
      for (const pair of pairs) mute(pair);
    },
    heal() {
      isSwallowing = false;
    },
  };
}
