import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BudgetCalendar } from '../src/budget-day.ts';
import { Script } from '../src/script.ts';
import { freshStore, granted, limited, limitedOnClock, stated, USD } from './fixture.ts';

describe('dollars a day', () => {
  it('takes the worst case before the call and books the true cost after it', async () => {
    const { admission } = await limited({ dailyNanoUsd: 10 * USD });
    const reservation = await granted(admission.admit('critical', { costNanoUsd: 4 * USD, tokens: 0 }));
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 4 * USD });
    expect(await admission.settle(reservation, 'b1', { costNanoUsd: 3, tokens: 5, sent: true })).toBe('settled');
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 3, reservedNanoUsd: 0 });
  });

  it('refuses what does not fit, and the refusal writes nothing', async () => {
    const { admission, redis, prefix } = await limited({ dailyNanoUsd: 10 * USD });
    await granted(admission.admit('critical', { costNanoUsd: 7 * USD, tokens: 0 }));
    const names = async () => (await redis.keys(`${prefix}*`)).sort();
    const before = await names();
    const dump = await Promise.all(before.map((key) => redis.dumpBuffer(key)));
    expect(await admission.admit('critical', { costNanoUsd: 3 * USD + 1, tokens: 0 })).toMatchObject({
      granted: false,
      because: 'budget',
      leftNanoUsd: 3 * USD,
    });
    expect(await names()).toEqual(before);
    expect(await Promise.all(before.map((key) => redis.dumpBuffer(key)))).toEqual(dump);
    await granted(admission.admit('critical', { costNanoUsd: 3 * USD, tokens: 0 }));
  });

  it.each([
    ['low', 70],
    ['normal', 85],
    ['high', 95],
    ['critical', 100],
  ] as const)('lets %s work use %i per cent of the day', async (priority, percent) => {
    const { admission } = await limited({ dailyNanoUsd: 100 });
    expect(await admission.admit(priority, { costNanoUsd: percent + 1, tokens: 0 })).toMatchObject({
      because: 'budget',
    });
    await granted(admission.admit(priority, { costNanoUsd: percent, tokens: 0 }));
  });

  it('never grants more than the limit to many at once', async () => {
    const { admission } = await limited({ dailyNanoUsd: 1000 });
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => admission.admit('critical', { costNanoUsd: 7, tokens: 0 })),
    );
    expect(answers.filter((a) => a.granted)).toHaveLength(Math.floor(1000 / 7));
    expect((await admission.budget()).reservedNanoUsd).toBe(Math.floor(1000 / 7) * 7);
  });

  it('settles a reservation once, however often it is told', async () => {
    const { admission } = await limited({});
    const reservation = await granted(admission.admit('low', { costNanoUsd: 10, tokens: 0 }));
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => admission.settle(reservation, 'b1', { costNanoUsd: 4, tokens: 1, sent: true })),
    );
    expect(answers.filter((a) => a === 'settled')).toHaveLength(1);
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 4, reservedNanoUsd: 0 });
  });

  it('reserves once for one id, when a broken connection makes the client send its question again', async () => {
    const { store, redis } = await limited({ rpm: 60 });
    const day = new BudgetCalendar('UTC').dayAt(Date.now());
    const k = store.keys;
    const keys = [
      k.limits(),
      k.budget(day.date),
      k.reservations(day.date),
      k.reservationExpiry(day.date),
      k.rate(),
      k.tokens(),
      k.freeze(),
    ];
    const epoch = (await redis.hget(k.limits(), 'epoch')) ?? '';
    const args = ['same-id', 10, 0, 1000, day.startMs, day.endMs, 60_000, 1000, epoch, 0, 60_000, 'p', 0, 0];
    const ask = () => new Script('admit').run(redis, keys, args);
    expect(await ask()).toEqual(['granted', '0', '1', '1']);
    await sleep(20);
    const [verdict, waitMs] = (await ask()) as [string, string];
    expect(verdict).toBe('granted');
    expect(Number(waitMs)).toBeLessThan(0);
    expect(await store.admission.budget()).toMatchObject({ reservedNanoUsd: 10 });
  });

  it('gives everything back for a call that was never sent', async () => {
    const { admission } = await limited({});
    const reservation = await granted(admission.admit('low', { costNanoUsd: 10, tokens: 0 }));
    await admission.settle(reservation, 'b1', { costNanoUsd: 0, tokens: 0, sent: false });
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 });
  });

  it('counts exactly where floating point would not: amounts near 2^53', async () => {
    const { admission } = await limited({ dailyNanoUsd: Number.MAX_SAFE_INTEGER });
    const amounts = [4_503_599_627_370_497, 1_125_899_906_842_625, 3];
    for (const costNanoUsd of amounts) {
      const reservation = await granted(admission.admit('critical', { costNanoUsd, tokens: 0 }));
      await admission.settle(reservation, 'b1', { costNanoUsd, tokens: 0, sent: true });
    }
    expect((await admission.budget()).spentNanoUsd).toBe(amounts.reduce((a, b) => a + b));
  });

  it('keeps the ledger 40 days, and works after SCRIPT FLUSH', async () => {
    const { admission, redis, store } = await limited({});
    await redis.script('FLUSH');
    const { date } = await granted(admission.admit('low', { costNanoUsd: 10, tokens: 0 }));
    await admission.tick();
    expect(await redis.ttl(store.keys.budget(date))).toBeGreaterThan(39 * 24 * 3600);
  });

  it('refuses to admit anything before limits are set', async () => {
    const { store } = freshStore();
    await expect(store.admission.admit('low', { costNanoUsd: 1, tokens: 1 })).rejects.toThrow('NOLIMITS');
  });
});

describe('limits', () => {
  it('keeps what was set over the API until somebody configures another value', async () => {
    const { store } = freshStore();
    const seed = (value: number, isStated: boolean) =>
      store.admission.seed({ dailyNanoUsd: { value, stated: isStated }, rpm: stated(0), tpm: stated(0) });
    await seed(100, false);
    await store.admission.setDailyLimit(7);
    await seed(100, true);
    expect((await store.admission.budget()).limitNanoUsd).toBe(7);
    await seed(50, false);
    expect((await store.admission.budget()).limitNanoUsd).toBe(7);
    await seed(50, true);
    expect((await store.admission.budget()).limitNanoUsd).toBe(50);
  });
});

describe('requests a minute', () => {
  it('books slots so that no 60 seconds hold more than the limit, whatever the limit', async () => {
    for (const rpm of [1, 2, 7, 10, 59, 60, 61, 600, 1000, 6000]) {
      const burst = Math.ceil(rpm / 60);
      const slotUs = Math.ceil(60_500_000 / (rpm - burst + 1));
      expect(burst - 1 + Math.floor(60_000_000 / slotUs) + 1, `rpm ${rpm}`).toBeLessThanOrEqual(rpm);
      expect(60_000_000 / slotUs / rpm, `rpm ${rpm}`).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('grants a burst at once, books one second ahead, and refuses beyond', async () => {
    const { admission } = await limited({ rpm: 600 });
    const answers = [];
    for (let i = 0; i < 25; i++) answers.push(await admission.admit('low', { costNanoUsd: 1, tokens: 1 }));
    const waits = answers.flatMap((a) => (a.granted ? [a.waitMs] : []));
    expect(waits.slice(0, 10).every((ms) => ms === 0)).toBe(true);
    expect(waits.length).toBeGreaterThanOrEqual(18);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1000);
    expect(answers.at(-1)).toMatchObject({ granted: false, because: 'rate' });
  });

  it('rests everybody, and the longer rest stands', async () => {
    const { admission, advance } = await limitedOnClock({});
    expect(await admission.rest(5000)).toBe(5000);
    await advance(1000);
    expect(await admission.rest(10)).toBe(4000);
    expect(await admission.admit('critical', { costNanoUsd: 1, tokens: 1 })).toMatchObject({
      granted: false,
      because: 'rate',
    });
  });
});

describe('tokens a minute', () => {
  it('weighs calls by their worst case and gives back what they did not use', async () => {
    const { admission } = await limited({ tpm: 15_000 });
    const first = await granted(admission.admit('low', { costNanoUsd: 1, tokens: 8000 }));
    expect(await admission.admit('low', { costNanoUsd: 1, tokens: 8000 })).toMatchObject({
      granted: false,
      because: 'rate',
    });
    await admission.settle(first, 'b1', { costNanoUsd: 1, tokens: 100, sent: true });
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 8000 }));
  });

  it('says what is too large instead of letting it wait for ever', async () => {
    const { admission } = await limited({ tpm: 1000 });
    expect(await admission.admit('low', { costNanoUsd: 1, tokens: 1001 })).toMatchObject({
      because: 'too_large',
      mostTokens: 1000,
    });
  });
});

describe('limits that the gateway tells', () => {
  it('hold where they are lower than ours, or where we have none', async () => {
    const { admission } = await limited({ rpm: 600, tpm: 0 });
    await admission.learn({ rpm: 60, tpm: 5000 });
    expect(await admission.tick()).toMatchObject({ rpm: 60, tpm: 5000 });
    expect(await admission.rateLimits()).toEqual({ rpm: 600, tpm: 0, learnedRpm: 60, learnedTpm: 5000 });
  });

  it('hold for ten minutes, the lowest of them, as a gateway may have others for other models', async () => {
    const { admission, another, advance } = await limitedOnClock({ rpm: 600 });
    const told = { rpm: 60, tpm: 5000 };
    await admission.learn(told);
    for (const rpm of [500, 6000]) await admission.learn({ rpm });
    await (await another()).learn({ rpm: 300, tpm: 4000 });
    expect(await admission.tick()).toMatchObject({ rpm: 60, tpm: 4000 });
    await advance(300_000);
    await admission.learn({ rpm: 60 });
    await advance(300_001);
    expect(await admission.tick()).toMatchObject({ rpm: 60, tpm: 0 });
    await advance(300_000);
    await admission.learn({ rpm: 500 });
    expect(await admission.tick()).toMatchObject({ rpm: 500, tpm: 0 });
  });

  it('do not stop the calls that a gateway answers with one limit and another in turn', async () => {
    const { admission, advance } = await limitedOnClock({ rpm: 600 });
    let calls = 0;
    for (let atMs = 0; atMs < 180_000; atMs += 100) {
      const admitted = await admission.admit('low', { costNanoUsd: 1, tokens: 0 });
      if (admitted.granted) await admission.learn({ rpm: calls++ % 2 === 0 ? 300 : 500 });
      await advance(100);
    }
    expect(calls).toBeGreaterThan(2 * 300 * 0.9);
  });

  it('let a call that is larger go alone, instead of calling it too large', async () => {
    const { admission, advance } = await limitedOnClock({ tpm: 10_000 });
    await admission.learn({ tpm: 50 });
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 9000 }));
    const refused = await admission.admit('low', { costNanoUsd: 1, tokens: 9000 });
    expect(refused).toMatchObject({ because: 'rate' });
    await advance('retryAfterMs' in refused ? refused.retryAfterMs : 0);
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 9000 }));
    expect(await admission.admit('low', { costNanoUsd: 1, tokens: 10_001 })).toMatchObject({ mostTokens: 10_000 });
  });
});

describe('a clock of Redis that goes back by an hour', () => {
  it('costs a minute, not the hour', async () => {
    const { admission, advance } = await limitedOnClock({ rpm: 600, tpm: 10_000 });
    for (let i = 0; i < 10; i++) await granted(admission.admit('low', { costNanoUsd: 1, tokens: 900 }));
    await admission.rest(1000);
    await advance(-3_600_000);
    const refused = await admission.admit('low', { costNanoUsd: 1, tokens: 900 });
    expect(refused).toMatchObject({ because: 'rate' });
    expect('retryAfterMs' in refused && refused.retryAfterMs).toBeLessThanOrEqual(60_500);
    await advance(60_500);
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 900 }));
  });
});

describe('a limit of tokens where there was none', () => {
  it('lets the uncounted minute pass', async () => {
    const { admission, advance } = await limitedOnClock({});
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 900 }));
    await admission.setLimits({ tpm: 1000 });
    const refused = await admission.admit('low', { costNanoUsd: 1, tokens: 200 });
    expect(refused).toEqual({ granted: false, because: 'rate', retryAfterMs: 62_000 });
    await advance(62_000);
    await granted(admission.admit('low', { costNanoUsd: 1, tokens: 900 }));
  });
});
