import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Chance } from '../scripts/chance.ts';
import { Direction } from './proxy-direction.ts';

/** What a proxy does to what passes it; nothing unless stated, and always byte for byte. */
export interface LineFaults {
  /** What either side sends arrives this much later, ms. */
  readonly delayMs?: number;
  /** Each direction of each connection carries no more than this. */
  readonly bytesPerSecond?: number;
  /** Nothing passes in either direction, and the sockets stay open. What was sent meanwhile arrives afterwards. */
  readonly blackHole?: boolean;
  /**
   * The share of replies that are lost with their connection: what was asked for was done, and nobody hears of it. One reply of a
   * connection that goes on cannot be lost: TCP has no such fault, and the protocol no place for it.
   */
  readonly swallow?: number;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly directions: Direction[];
  dead: boolean;
}

/** A TCP proxy on a port of its own, in this process. */
export class Line {
  readonly port: number;
  /** Replies lost so far. */
  swallowed = 0;
  /** Hears what clients send, while it is set. */
  onRequest: ((bytes: Buffer) => void) | undefined;
  readonly #server: Server;
  readonly #target: () => number;
  readonly #chance: Chance;
  readonly #lines = new Set<Connection>();
  #faults: LineFaults = {};

  private constructor(server: Server, target: () => number, chance: Chance) {
    this.#server = server;
    this.#target = target;
    this.#chance = chance;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (client) => this.#join(client));
  }

  /** @param target the port of 127.0.0.1 to connect to, asked anew for each connection */
  static async open(target: () => number, chance: Chance): Promise<Line> {
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return new Line(server, target, chance);
  }

  /** Replaces all faults; `{}` heals the line. */
  set(faults: LineFaults): void {
    this.#faults = faults;
    for (const line of this.#lines) for (const direction of line.directions) direction.look();
  }

  /** Cuts every connection by a reset; new ones pass. */
  cut(): void {
    for (const { client, server } of this.#lines) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** Every connection of now goes dead for ever, with its sockets open; new ones pass. */
  deaden(): void {
    for (const line of this.#lines) {
      line.dead = true;
      for (const direction of line.directions) direction.look();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(client: Socket): void {
    const server = connect({ host: '127.0.0.1', port: this.#target(), noDelay: true });
    const faults = (): LineFaults => (line.dead ? { blackHole: true } : this.#faults);
    const line: Connection = { client, server, directions: [], dead: false };
    line.directions.push(
      new Direction(client, server, faults, (bytes) => this.onRequest?.(bytes)),
      new Direction(server, client, faults, () => {
        const { swallow = 0 } = this.#faults;
        if (swallow === 0 || this.#chance.next() >= swallow) return;
        this.swallowed++;
        client.resetAndDestroy();
        server.resetAndDestroy();
      }),
    );
    this.#lines.add(line);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.resetAndDestroy());
      one.on('close', () => {
        this.#lines.delete(line);
        other.destroySoon();
      });
    }
    client.resume();
  }
}
