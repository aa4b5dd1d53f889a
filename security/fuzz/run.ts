import { upload } from '../hostile/hostile-case.ts';
import { faultsOfAnswer } from '../hostile/prove.ts';
import { type Answer, exchange, Wire } from '../raw-http.ts';
import { ownRoutes } from '../routes.ts';
import type { Json, Stand, Watched } from '../stand.ts';
import { type FuzzRequest, RequestMaker, type Vocabulary } from './request-maker.ts';

/** What came of a fuzz run. */
export interface FuzzRun {
  readonly requests: number;
  /** How often each status came; 0 = the connection ended without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that were refusals, and how many of them were a problem+json. */
  readonly refusals: number;
  readonly faults: readonly string[];
  readonly loop: Watched;
  /** How long /healthz took beside it, ms. */
  readonly health: { readonly p99Ms: number; readonly maxMs: number };
  readonly seconds: number;
}

const lanes = 16;
const mostFaults = 200;

/** Sends `requests` requests of the seed, some at a time. `say` hears how far it is, every five seconds. */
export async function fuzz(
  stand: Stand,
  seed: number,
  requests: number,
  say: (line: string) => void = () => {},
): Promise<FuzzRun> {
  const maker = new RequestMaker(seed, await vocabularyOf(stand));
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  const healthMs: number[] = [];
  let [next, refusals, ending] = [0, 0, false];
  await stand.watched();
  const startedMs = performance.now();
  const lane = async (): Promise<void> => {
    let wire = new Wire(stand.url);
    while (next < requests && faults.length < mostFaults) {
      const request = maker.make(next++);
      if (!wire.isOpen) wire = renewed(wire, stand);
      const fresh = wire.asked === 0;
      let answer = await send(wire, request);
      // A connection that was kept may end at any time: asked again on a new one.
      if (answer.status === 0 && !fresh && !request.broken) {
        wire = renewed(wire, stand);
        answer = await send(wire, request);
      }
      if (answer.closed || request.broken) wire = renewed(wire, stand);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status >= 400) refusals++;
      const wrong = request.broken && answer.status === 0 ? [] : faultsOf(answer, request.board);
      for (const fault of wrong)
        faults.push(`${fault}\n    ${request.shown.replaceAll('\r\n', '\n    ')}\n    → ${answer.body.slice(0, 300)}`);
    }
    wire.close();
  };
  const probing = (async () => {
    while (!ending) {
      const { status, tookMs } = await exchange(stand.url, { path: '/healthz' }, 30_000);
      if (status !== 200) faults.push(`/healthz: ${status}`);
      healthMs.push(tookMs);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const progress = setInterval(() => {
    const seconds = (performance.now() - startedMs) / 1000;
    say(
      `${next.toLocaleString('en')} of ${requests.toLocaleString('en')} requests, ${Math.round(next / seconds)}/s, ${faults.length} faults, API ${Math.round(stand.rssMb() ?? 0)} MB`,
    );
  }, 5000);
  await Promise.all(Array.from({ length: lanes }, lane)).finally(() => {
    clearInterval(progress);
    ending = true;
  });
  await probing;
  const sorted = healthMs.toSorted((a, b) => a - b);
  return {
    requests: next,
    statuses,
    refusals,
    faults,
    loop: await stand.watched(),
    health: { p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, maxMs: sorted.at(-1) ?? 0 },
    seconds: (performance.now() - startedMs) / 1000,
  };
}

function renewed(wire: Wire, stand: Stand): Wire {
  wire.close();
  return new Wire(stand.url);
}

function send(wire: Wire, { bytes, head, broken }: FuzzRequest): Promise<Answer> {
  return wire.ask(bytes, { head, timeoutMs: broken ? 250 : 30_000 });
}

function faultsOf(answer: Answer, board: boolean): string[] {
  if (answer.status === 0) return ['no answer'];
  // Redis and the gateway are there all the while, and the queue is not full.
  return [...faultsOfAnswer(answer, board), ...(answer.status > 500 ? [String(answer.status)] : [])];
}

/** The words of the API's own description, and ids of what is there after a small upload. */
async function vocabularyOf(stand: Stand): Promise<Vocabulary> {
  const words = new Set(['items', 'sku', 'price', 'currency', 'limit', 'cursor', 'format', 'state', 'ids']);
  const described = await stand.json('admin', 'GET', '/openapi.json');
  if (described.status === 200) collect(described.body, words);
  for (const { about } of ownRoutes()) for (const name of Object.keys(about?.query ?? {})) words.add(name);
  const batch = await stand.call(
    'write',
    upload(
      Array.from({ length: 60 }, (_, i) => JSON.stringify({ sku: `fuzz-${i}`, price: '9.00', currency: 'USD' })).join(
        '\n',
      ),
    ),
  );
  if (batch.status !== 202) throw new Error(`a good upload got ${batch.status}: ${batch.body.slice(0, 300)}`);
  const { id } = JSON.parse(batch.body) as { id: string };
  return {
    words: [...words].toSorted(),
    ids: [id, `${id}.0`, `${id}.1`, 'fuzz-1', 'fuzz-2', 'b00000000000', 'b00000000000.0', 'nosuch'],
  };
}

function collect(node: unknown, words: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  const { properties, enum: choices, name } = node as Json;
  for (const word of [...Object.keys(properties ?? {}), ...(Array.isArray(choices) ? choices : []), name])
    if (typeof word === 'string') words.add(word);
  for (const value of Object.values(node)) collect(value, words);
}
