import type { FeedSettings } from '@reprice/config';
import type { FeedReport } from '@reprice/store';
import { expect, it } from 'vitest';
import { FeedTally } from './feed-counts.ts';
import { FeedLease } from './feed-lease.ts';
import type { Mark } from './feed-session.ts';

const hourMs = 3_600_000;
const settings: FeedSettings = {
  url: 'wss://market.example',
  restUrl: 'https://market.example',
  heartbeatSeconds: 15,
  maxReconnectSeconds: 60,
  whenBehind: 'hold',
  holdAfterMs: 2000,
};

it('believes nothing of before a suspend of the machine, over which Redis went on', async () => {
  const told: (number | null)[] = [];
  let suspendedMs = 0;
  const ending = new AbortController();
  const at = (inSyncAtMs: number): Mark => ({ cursor: { at: '', id: 'e', seq: 1 }, inSyncAtMs });
  let mark = at(performance.now());
  const redisNow = () => 1_000_000 + suspendedMs + performance.now();
  const feeds = {
    async report(_name: string, { inSyncUntilMs }: FeedReport) {
      told.push(inSyncUntilMs === undefined ? null : Number(inSyncUntilMs) - redisNow());
      const nowMs = redisNow();
      if (told.length === 3) suspendedMs = hourMs;
      // A message that was sent after that.
      if (told.length === 5) mark = at(performance.now());
      if (told.length === 6) ending.abort();
      return { lease: 'kept', nowMs } as const;
    },
    async leave() {},
  };
  const lease = new FeedLease('m', settings, feeds, (error) => expect.unreachable(error.message));
  const tally = new FeedTally(Date.now);
  await lease.take(ending.signal, () => {});
  const telling = setInterval(() => tally.stand('live', String(told.length)), 10);
  await lease.keep(tally, () => mark, ending.signal);
  clearInterval(telling);
  const [taking, before, still, waking, knowing, after] = told;
  expect(taking).toBeNull();
  expect(Math.min(before ?? 0, still ?? 0)).toBeGreaterThan(0);
  expect(waking).toBeLessThan(-hourMs / 2);
  expect(knowing).toBeNull();
  expect(after).toBeGreaterThan(0);
});
