import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ModelPrice, modelPrices } from '@reprice/gateway';
import type { ProviderOptions } from '@reprice/pricing';
import { Arrivals } from './arrivals.ts';
import type { CallRecord } from './call-log.ts';
import { Chat } from './chat.ts';
import type { FaultsInput } from './fault-schema.ts';
import { KeyBook } from './key-book.ts';
import { Market } from './market/market.ts';
import type { MarketFaultsInput } from './market/market-fault-schema.ts';
import { MarketFaults } from './market/market-faults.ts';
import { MarketPace } from './market/market-pace.ts';
import { MarketStream } from './market/market-stream.ts';
import type { StreamNote } from './market/subscriber.ts';
import { PriceList } from './price-list.ts';
import { type LedgerView, ledgerView, route, type SimulatorParts } from './routes.ts';

/** How to set up a simulator; every field has a default. */
export interface SimulatorOptions {
  /** 127.0.0.1 if not given. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Keys that it takes; none, the default, takes every request. */
  readonly apiKeys?: readonly string[];
  /** Requests that any 60 seconds may hold; 0, the default, = no limit. */
  readonly rpm?: number;
  /** Models it has, by the name that calls carry (`as`), and what they cost; the gateway package's list if not given. */
  readonly models?: Readonly<Record<string, ModelPrice>>;
  /** By the same names: by what members of its body a call is for that provider of the model, and has its price. */
  readonly modelOptions?: Readonly<Record<string, ProviderOptions>>;
  /** Time between two heartbeats of the market's stream, ms; 1000 if not given. */
  readonly heartbeatMs?: number;
  /** Hears what clients of the market's stream can know of, and when they no longer can. */
  readonly onStreamNote?: (note: StreamNote) => void;
  /** Faults from the first call on. */
  readonly faults?: FaultsInput;
  /** Unix time in ms. */
  readonly nowMs?: () => number;
  /** Time in ms that never goes back; the rate limit counts by it. */
  readonly steadyMs?: () => number;
}

/** A simulator that runs. */
export interface Simulator {
  /** The base for a client, `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly port: number;
  ledger(): LedgerView;
  /** What its feed tells of. */
  readonly market: Market;
  /** @throws ZodError naming each field that is wrong. */
  setFaults(faults: FaultsInput): void;
  /** What the market does wrong from now on. @throws ZodError naming each field that is wrong. */
  setMarketFaults(faults: MarketFaultsInput): void;
  /** How often each fault of the market has hit since it was set. */
  marketFaultHits(): Readonly<Record<string, number>>;
  /** From the next request on these keys are taken; none takes every request. */
  setKeys(apiKeys: readonly string[]): void;
  /** The last calls, oldest first; all that are kept (2,000) if not told how many. */
  calls(last?: number): CallRecord[];
  /** Ends at once, calls in flight included. */
  close(): Promise<void>;
}

/** Longer than clients keep an idle connection, so that it is they who close it and no call meets a closed one. */
const keepAliveMs = 75_000;

/** Starts a simulated gateway. Rejects when the port cannot be had. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', rpm = 0, nowMs = Date.now } = options;
  const prices = new PriceList(options.models ?? modelPrices, options.modelOptions);
  const steadyMs = options.steadyMs ?? (() => performance.now());
  const keys = new KeyBook(options.apiKeys ?? []);
  const chat = new Chat(prices, keys);
  if (options.faults !== undefined) chat.faults.set(options.faults);
  const arrivals = new Arrivals(rpm, nowMs, steadyMs);
  const takesKey = (key: string): boolean => keys.takes(key);
  const market = new Market(nowMs);
  const marketFaults = new MarketFaults();
  const pace = new MarketPace(market, steadyMs, () => marketFaults.settings.flood?.factor ?? 1);
  const stream = new MarketStream({
    market,
    takesKey,
    faults: marketFaults,
    nowMs,
    steadyMs,
    heartbeatMs: options.heartbeatMs ?? 1000,
    note: options.onStreamNote ?? (() => {}),
  });
  const parts: SimulatorParts = {
    chat,
    arrivals,
    models: prices.names,
    rpm,
    keys,
    nowMs,
    market: { market, pace, takesKey, stream, faults: marketFaults },
  };
  // Some clients offer to go on in HTTP/2 with every request; what is no WebSocket is answered as ever.
  const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
    headers.upgrade?.toLowerCase() === 'websocket';
  const server = createServer({ keepAliveTimeout: keepAliveMs, shouldUpgradeCallback }, (request, response) =>
    route(parts, request, response),
  );
  server.on('upgrade', (request, socket, head) => stream.upgrade(request, socket, head));
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`,
    port,
    market,
    ledger: () => ledgerView(parts),
    setFaults: (faults) => chat.faults.set(faults),
    setMarketFaults: (faults) => marketFaults.set(faults),
    marketFaultHits: () => marketFaults.hits,
    setKeys: (apiKeys) => keys.replace(apiKeys),
    calls: (last = Number.POSITIVE_INFINITY) => chat.calls.last(last),
    close: async () => {
      pace.close();
      stream.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
