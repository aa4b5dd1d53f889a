import { setTimeout as sleep } from 'node:timers/promises';

/** One answer that a client got. */
export interface Answer {
  readonly call: string;
  readonly status: number;
  readonly ms: number;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

/** A submission that was answered 202. */
export interface Accepted {
  readonly id: string;
  readonly skus: readonly string[];
}

const pauseMs = 25;
const reads = ['/v1/batches', '/v1/budget', '/v1/limits', '/v1/prices/none', '/v1/jobs/bnone.0'];

/** Clients that submit and look, each as fast as it is answered, and remember what they were told. */
export class Load {
  readonly answers: Answer[] = [];
  readonly accepted: Accepted[] = [];
  readonly #url: string;
  readonly #secret: string;
  readonly #rows: number;
  #isOver = false;
  #submissions = 0;
  #clients: Promise<void>[] = [];

  constructor(url: string, secret: string, rows = 3) {
    this.#url = url;
    this.#secret = secret;
    this.#rows = rows;
  }

  start(): this {
    const submit = () => this.submit();
    const small = () => this.submit('/v1/jobs');
    let read = 0;
    const look = () => this.#call(reads[read++ % reads.length] as string);
    this.#clients = [submit, submit, submit, small, look, look].map(async (step) => {
      while (!this.#isOver) {
        await step();
        await sleep(pauseMs);
      }
    });
    return this;
  }

  /** Submits some SKUs that nobody submitted before; resolves with the answer's status. */
  async submit(path = '/v1/batches'): Promise<number> {
    const n = this.#submissions++;
    const skus = Array.from({ length: this.#rows }, (_, i) => `s${process.pid}-${n}-${performance.now()}-${i}`);
    const items = skus.map((sku) => ({ sku, price: '1.00', currency: 'USD' }));
    const [type, body] =
      path === '/v1/jobs'
        ? ['application/json', JSON.stringify({ items })]
        : ['application/x-ndjson', items.map((item) => JSON.stringify(item)).join('\n')];
    const answer = await this.#call(path, { method: 'POST', body, headers: { 'content-type': type } });
    if (answer.status === 202) this.accepted.push({ id: String(answer.body.id), skus });
    return answer.status;
  }

  /** Lets what is under way be answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #call(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#secret}` };
    const startedMs = performance.now();
    const response = await fetch(this.#url + path, { ...init, headers });
    const body = (await response.json()) as Record<string, unknown>;
    const answer = {
      call: `${init.method ?? 'GET'} ${path}`,
      status: response.status,
      ms: performance.now() - startedMs,
      retryAfter: response.headers.get('retry-after'),
      body,
    };
    this.answers.push(answer);
    return answer;
  }
}
