import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { enqueueStaged, type PackQueue } from '@reprice/queue';
import type { Store } from '@reprice/store';

/** An API process that may be killed. */
interface Api {
  readonly url: string;
  kill(signal: 'SIGKILL'): Promise<unknown>;
}

/** What {@link cutUploads} needs. */
export interface CutUploads {
  readonly rounds: number;
  readonly rows: number;
  /** From 0 to 1, 1 excluded. */
  readonly random: () => number;
  readonly startApi: () => Promise<Api>;
  /** A key of scope write. */
  readonly secret: string;
  /** The store and the queue of that API; nothing else may write there. */
  readonly store: Store;
  readonly queue: PackQueue;
  /** Whether Redis forgets a key by itself. */
  readonly expires: (key: string) => Promise<boolean>;
  readonly packSize?: number;
}

/** What came of the rounds; each list should be empty but `unanswered`. */
export interface CutUploadReport {
  /** Batches that ran though their upload was cut. */
  readonly half: string[];
  /** Batches that were accepted whole, and killed before they could be told so. */
  readonly unanswered: string[];
  /** Retries that had not exactly all items. */
  readonly wrongRetries: string[];
  /** Rounds after which more than one batch ran, or another than the one that was accepted before the kill. */
  readonly twice: string[];
  /** What a cut upload left that would never go by itself. */
  readonly everlasting: string[];
  /** How long the key of a killed request kept its retry waiting at most, ms. */
  longestConflictMs: number;
}

/**
 * Kills the API with SIGKILL at a random byte of an upload, again and again; two times of five after the last byte, while it is accepted.
 * Each time the whole is sent again to the next process, with the same Idempotency-Key, until it is no longer taken to be under way.
 */
export async function cutUploads(options: CutUploads): Promise<CutUploadReport> {
  const { rounds, rows, random, store } = options;
  const report: CutUploadReport = {
    half: [],
    unanswered: [],
    wrongRetries: [],
    twice: [],
    everlasting: [],
    longestConflictMs: 0,
  };
  let api = await options.startApi();
  for (let round = 0; round < rounds; round++) {
    const skus = Array.from({ length: rows }, (_, i) => `cut${round}-${i}`);
    const body = Buffer.from(
      skus.map((sku) => `${JSON.stringify({ sku, price: '1.00', currency: 'USD' })}\n`).join(''),
    );
    const before = new Set(await idsOf(store));
    const isWhole = round % 5 === 2 || round % 5 === 4;
    const key = `round-${round}`;
    const bytes = isWhole ? body.length : Math.floor(random() * body.length);
    const answered = upload(api.url, options.secret, key, body, bytes);
    await answered.sent;
    // A whole one as soon as it is accepted, or somewhere around that moment; a cut one with some of it stored.
    if (round % 5 === 4) while ((await newRunning(store, before)).length === 0);
    else await sleep(random() * rows * (isWhole ? 0.1 : 0.03));
    await api.kill('SIGKILL');
    const told = await answered.status;
    for (const id of (await idsOf(store)).filter((one) => !before.has(one))) {
      const batch = await store.batches.get(id);
      if (batch?.status === 'receiving') {
        if (!(await options.expires(store.keys.batch(id)))) report.everlasting.push(id);
      } else if (!isWhole || !(await holdsAll(options, id, skus))) report.half.push(id);
      else if (told !== 202) report.unanswered.push(id);
    }
    api = await options.startApi();
    const accepted = await newRunning(store, before);
    const startedMs = performance.now();
    let retried = upload(api.url, options.secret, key, body, body.length);
    while ((await retried.status) === 409) {
      report.longestConflictMs = Math.max(report.longestConflictMs, performance.now() - startedMs);
      await sleep(100);
      retried = upload(api.url, options.secret, key, body, body.length);
    }
    const id = (await retried.status) === 202 ? await retried.id : '';
    if (id === '' || !(await holdsAll(options, id, skus))) report.wrongRetries.push(id || `round ${round}`);
    const running = await newRunning(store, before);
    if (running.join() !== id || (accepted.length > 0 && accepted.join() !== id)) report.twice.push(`round ${round}`);
    await options.queue.bull.obliterate({ force: true });
  }
  await api.kill('SIGKILL');
  return report;
}

/** The batches that run and are not among those before. */
async function newRunning(store: Store, before: ReadonlySet<string>): Promise<string[]> {
  const { items } = await store.batches.list({ limit: 1000 });
  return items.filter(({ id, status }) => status === 'running' && !before.has(id)).map(({ id }) => id);
}

async function idsOf(store: Store): Promise<string[]> {
  return (await store.batches.list({ limit: 1000 })).items.map(({ id }) => id);
}

/** Whether a batch has exactly these SKUs, each once, in the queue or staged for it. */
async function holdsAll({ store, queue, packSize = 25 }: CutUploads, id: string, skus: string[]): Promise<boolean> {
  if ((await store.batches.enqueueing()).includes(id)) await enqueueStaged(store.batches, queue, id);
  const batch = await store.batches.get(id);
  if (batch?.status !== 'running' || batch.total !== skus.length || batch.rejected > 0) return false;
  const found: string[] = [];
  for (let first = 0; first < skus.length; first += packSize) {
    const job = await queue.job(`${id}.${first}`);
    found.push(...(job?.pack.skus ?? []));
  }
  return found.join() === skus.join();
}

interface Upload {
  /** The bytes left this process. */
  readonly sent: Promise<void>;
  /** 0: no answer came. */
  readonly status: Promise<number>;
  readonly id: Promise<string>;
}

/** Sends the first `bytes` of a body of its full announced length. */
function upload(url: string, secret: string, key: string, body: Buffer, bytes: number): Upload {
  const headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/x-ndjson',
    'idempotency-key': key,
    'content-length': body.length,
  };
  const req = request(`${url}/v1/batches`, { method: 'POST', headers });
  const answer = new Promise<{ status: number; text: string }>((resolve) => {
    req.once('error', () => resolve({ status: 0, text: '{}' }));
    req.once('response', async (res) => {
      let text = '';
      for await (const piece of res) text += piece;
      resolve({ status: res.statusCode ?? 0, text });
    });
  });
  const send = async (): Promise<void> => {
    for (let from = 0; from < bytes; from += 65_536) {
      if (req.write(body.subarray(from, Math.min(bytes, from + 65_536)))) continue;
      await Promise.race([once(req, 'drain'), once(req, 'close')]);
      if (req.destroyed) return;
    }
    if (bytes === body.length) req.end();
  };
  return {
    sent: send().catch(() => undefined),
    status: answer.then(({ status }) => status),
    id: answer.then(({ text }) => String((JSON.parse(text) as { id?: string }).id ?? '')),
  };
}
