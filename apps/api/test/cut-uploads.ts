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
  /** What a cut upload left that would never go by itself. */
  readonly everlasting: string[];
}

/**
 * Kills the API with SIGKILL at a random byte of an upload, again and again; every fifth time after the last byte, while it is accepted.
 * Each time the whole is sent again to the next process.
 */
export async function cutUploads(options: CutUploads): Promise<CutUploadReport> {
  const { rounds, rows, random, store } = options;
  const report: CutUploadReport = { half: [], unanswered: [], wrongRetries: [], everlasting: [] };
  let api = await options.startApi();
  for (let round = 0; round < rounds; round++) {
    const skus = Array.from({ length: rows }, (_, i) => `cut${round}-${i}`);
    const body = Buffer.from(
      skus.map((sku) => `${JSON.stringify({ sku, price: '1.00', currency: 'USD' })}\n`).join(''),
    );
    const before = new Set(await idsOf(store));
    const isWhole = round % 5 === 4;
    const answered = upload(api.url, options.secret, body, isWhole ? body.length : Math.floor(random() * body.length));
    await answered.sent;
    // Somewhere around the acceptance, whose moment grows with the upload.
    if (isWhole) await sleep(random() * rows * 0.1);
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
    const retried = upload(api.url, options.secret, body, body.length);
    await retried.sent;
    const id = (await retried.status) === 202 ? await retried.id : '';
    if (id === '' || !(await holdsAll(options, id, skus))) report.wrongRetries.push(id || `round ${round}`);
    await options.queue.bull.obliterate({ force: true });
  }
  await api.kill('SIGKILL');
  return report;
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
function upload(url: string, secret: string, body: Buffer, bytes: number): Upload {
  const headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/x-ndjson',
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
