import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';

/** All keys carry this hash tag, so that one node of a cluster owns them all. */
const HASH_TAG = '{reprice:0}';
const LOOK_WITHIN_MS = 1000;
/** The node that was asked no longer owns our keys, or is a replica by now. */
const OWNED_ELSEWHERE = /^(MOVED|READONLY)\b/;

/** A node of a cluster. */
interface Node {
  readonly host: string;
  readonly port: number;
}

/**
 * What an ioredis connection to one of several nodes of a cluster takes besides: it goes to the node that owns our keys, and to its successor
 * when that fails or gives them away. All scripts, subscriptions and the queue work there as on a single Redis. Nothing for one address.
 */
export function slotOwnerOptions(urls: readonly string[]): Pick<RedisOptions, 'Connector' | 'reconnectOnError'> {
  if (urls.length < 2) return {};
  return {
    Connector: class extends SlotOwnerConnector {
      constructor(options: unknown) {
        super(urls, options as RedisOptions);
      }
    },
    reconnectOnError: ({ message }) => OWNED_ELSEWHERE.test(message) && 2,
  };
}

class SlotOwnerConnector extends AbstractConnector {
  readonly #urls: readonly string[];
  readonly #options: RedisOptions;
  #tries = 0;

  constructor(urls: readonly string[], options: RedisOptions) {
    super(options.disconnectTimeout ?? 2000);
    this.#urls = urls;
    this.#options = options;
  }

  /** Where no node tells the owner, connects to one of them all the same: if that fails, ioredis tries again. */
  async connect(): Promise<Socket> {
    this.connecting = true;
    const { host, port } = (await this.#owner()) ?? this.#someNode();
    if (!this.connecting) throw new Error('Connection is closed.');
    const { tls } = this.#options;
    const address: NetConnectOpts = { host, port };
    const stream = tls ? connectTls({ ...address, ...tls }) : connectTcp(address);
    this.stream = stream;
    return stream;
  }

  async #owner(): Promise<Node | undefined> {
    for (const url of this.#urls) {
      const owner = await ownerToldBy(url).catch(() => undefined);
      if (owner) return owner;
    }
    return undefined;
  }

  #someNode(): Node {
    return nodeOf(this.#urls[this.#tries++ % this.#urls.length] ?? '');
  }
}

function nodeOf(url: string): Node {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}

/** The owner as this node knows it; the node itself where it is part of no cluster. Throws when it does not answer. */
async function ownerToldBy(url: string): Promise<Node | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: LOOK_WITHIN_MS,
    commandTimeout: LOOK_WITHIN_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  redis.on('error', () => {});
  try {
    await redis.connect();
    const slot = await redis.cluster('KEYSLOT', HASH_TAG);
    const ranges = await redis.cluster('SLOTS');
    const owner = ranges.find(([first, last]) => slot >= first && slot <= last)?.[2];
    if (!owner) return undefined;
    const [host, port] = owner;
    return { host: host || nodeOf(url).host, port };
  } catch (error) {
    if (error instanceof Error && error.message.includes('cluster support disabled')) return nodeOf(url);
    throw error;
  } finally {
    redis.disconnect();
  }
}
