// A process of its own: so many dashboards, each as a browser has it open. Forked by bench/dashboards.ts, which gives `API_URL`, `API_KEY` and
// `DASHBOARDS` by the environment; says `{ready: true}` when each has got its first figures.
import { setTimeout as sleep } from 'node:timers/promises';

/** As apps/api/public/feed.js asks for them. */
const EVENTS = '/v1/events?types=stats,batch,budget,limits,freeze';
const ASKED = ['/v1/stats', '/v1/batches?limit=20', '/v1/held?limit=20', '/v1/freeze'];
const ASK_EVERY_MS = 15_000;

const { API_URL = '', API_KEY = '', DASHBOARDS = '0' } = process.env;
const headers = { authorization: `Bearer ${API_KEY}` };

await Promise.all(Array.from({ length: Number(DASHBOARDS) }, (_, i) => open(i)));
process.send?.({ ready: true });

/** Resolves when the page would show something. */
async function open(place: number): Promise<void> {
  await ask();
  const shown = Promise.withResolvers<void>();
  void listen(shown.resolve);
  await shown.promise;
  // Browsers were not all opened at once.
  void askAgain((place / Number(DASHBOARDS)) * ASK_EVERY_MS);
}

async function listen(shown: () => void): Promise<void> {
  const response = await fetch(API_URL + EVENTS, { headers });
  if (!response.ok || !response.body) throw new Error(`${EVENTS} answered ${response.status}`);
  let text = '';
  for await (const chunk of response.body) {
    text = (text + Buffer.from(chunk).toString()).slice(-100_000);
    if (text.includes('event: stats')) shown();
  }
  throw new Error('the stream of events ended');
}

async function ask(): Promise<void> {
  for (const path of ASKED) {
    const response = await fetch(API_URL + path, { headers });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    await response.arrayBuffer();
  }
}

async function askAgain(firstMs: number): Promise<void> {
  await sleep(firstMs);
  for (;;) {
    await ask();
    await sleep(ASK_EVERY_MS);
  }
}
