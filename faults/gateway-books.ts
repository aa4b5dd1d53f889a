/** The simulator's own books, as far as they are looked at. */
export interface GatewayLedger {
  readonly calls: number;
  readonly totalNanoUsd: number;
  readonly byDay: Readonly<Record<string, number>>;
  readonly requestTimes: {
    readonly arrived: number;
    readonly rateLimited: number;
    readonly maxRequestsInAny60s: number;
    readonly lastAtMs: number | null;
  };
}

/** One call as the simulator saw it. */
export interface GatewayCall {
  readonly call: number;
  readonly arrivedAtMs: number;
  readonly status: number;
  readonly costNanoUsd: number;
  readonly faults: readonly string[];
}

/** Reads what the gateway simulator billed and saw, and sets its faults. It is asked directly, past all proxies. */
export class GatewayBooks {
  readonly #base: URL;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#base = new URL('/', url);
    this.#key = key;
  }

  async ledger(): Promise<GatewayLedger> {
    return (await this.#ask('ledger')) as GatewayLedger;
  }

  /** The last calls, oldest first, 2,000 at most. */
  async calls(last: number): Promise<GatewayCall[]> {
    return ((await this.#ask(`calls?last=${last}`)) as { items: GatewayCall[] }).items;
  }

  /** Replaces all faults. */
  async faults(faults: object): Promise<void> {
    await this.#ask('faults', faults);
  }

  /** Replaces the keys that the gateway takes. */
  async keys(apiKeys: readonly string[]): Promise<void> {
    await this.#ask('keys', { apiKeys });
  }

  async #ask(path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { headers, method: 'PUT', body: JSON.stringify(body) };
    const response = await fetch(new URL(path, this.#base), init);
    if (!response.ok) throw new Error(`The simulator answered ${response.status} to ${path}: ${await response.text()}`);
    return await response.json();
  }
}
