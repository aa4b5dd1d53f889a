import { describe, expect, it } from 'vitest';
import { ReconcileConflict } from '../src/index.ts';
import { granted, limitedOnClock, USD } from './fixture.ts';

const worst = { costNanoUsd: 10, tokens: 5 };
const sent = { costNanoUsd: 4, tokens: 2, sent: true };
const neverSent = { costNanoUsd: 0, tokens: 0, sent: false };

describe('a lease', () => {
  it('that runs out before its call was sent is refunded', async () => {
    const { admission, advance } = await limitedOnClock({ tpm: 1000 });
    const reservation = await granted(admission.admit('low', worst));
    await advance(5001);
    await admission.tick();
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0, unsettled: { calls: 0 } });
    expect(await admission.send(reservation)).toBe('late');
    expect(await admission.settle(reservation, 'b', neverSent)).toBe('unknown');
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 });
  });

  it('that runs out after its call was sent stays charged in full, and is listed', async () => {
    const { admission, advance, nowMs } = await limitedOnClock({});
    const reservation = await granted(admission.admit('low', worst));
    expect(await admission.send(reservation)).toBe('sent');
    await advance(60_001);
    await admission.tick();
    expect(await admission.budget()).toMatchObject({
      spentNanoUsd: 10,
      reservedNanoUsd: 0,
      unsettled: { calls: 1, costNanoUsd: 10 },
    });
    expect(await admission.unsettled()).toEqual([{ id: reservation.id, costNanoUsd: 10, expiredAtMs: nowMs() }]);
  });

  it('that ran out is corrected by a late settlement, once', async () => {
    const { admission, advance } = await limitedOnClock({});
    const reservation = await granted(admission.admit('low', worst));
    await admission.send(reservation);
    await advance(60_001);
    await admission.tick();
    expect(await admission.settle(reservation, 'b', sent)).toBe('settled');
    expect(await admission.settle(reservation, 'b', sent)).toBe('unknown');
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 4, unsettled: { calls: 0, costNanoUsd: 0 } });
  });

  it('is settled after midnight on the day it was reserved, and expires on that day too', async () => {
    const startMs = Date.UTC(2026, 5, 15, 23, 59, 58);
    const { admission, advance, redis, store } = await limitedOnClock({}, { startMs });
    const settledLate = await granted(admission.admit('low', worst));
    const lost = await granted(admission.admit('low', worst));
    await admission.send(settledLate);
    await admission.send(lost);
    await advance(3000);
    expect(await admission.settle(settledLate, 'b', sent)).toBe('settled');
    await advance(60_000);
    await admission.tick();
    expect(await admission.budget()).toMatchObject({ date: '2026-06-16', spentNanoUsd: 0, reservedNanoUsd: 0 });
    expect(await redis.hget(store.keys.budget('2026-06-15'), 'spentNanoUsd')).toBe('14');
  });

  it('changes nothing twice, however often and in whatever order its steps are told', async () => {
    const { admission } = await limitedOnClock({ tpm: 100_000 });
    const reservations = await Promise.all(Array.from({ length: 10 }, () => granted(admission.admit('low', worst))));
    const steps = reservations.flatMap((r) => [
      ...Array.from({ length: 100 }, () => () => admission.send(r)),
      ...Array.from({ length: 100 }, () => () => admission.settle(r, 'b', sent)),
      ...Array.from({ length: 100 }, () => () => admission.settle(r, 'b', { ...sent })),
    ]);
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed;
    };
    const shuffled = steps.map((step) => [random(), step] as const).sort(([a], [b]) => a - b);
    await Promise.all(shuffled.map(([, step]) => step()));
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 40, reservedNanoUsd: 0 });
  });
});

describe('a call is late', () => {
  it('half a second after its slot: its place in the minute is gone', async () => {
    const { admission, advance } = await limitedOnClock({ rpm: 60 });
    const reservation = await granted(admission.admit('low', worst));
    await advance(501);
    expect(await admission.send(reservation)).toBe('late');
    expect((await admission.budget()).reservedNanoUsd).toBe(0);
  });

  it('when everybody rests since it was granted', async () => {
    const { admission } = await limitedOnClock({});
    const reservation = await granted(admission.admit('low', worst));
    await admission.rest(1000);
    expect(await admission.send(reservation)).toBe('late');
  });

  it('when the day was closed since it was granted', async () => {
    const { admission } = await limitedOnClock({});
    const [first, second] = [
      await granted(admission.admit('low', worst)),
      await granted(admission.admit('low', worst)),
    ];
    await admission.send(first);
    await admission.settle(first, 'b', { ...sent, costNanoUsd: 11 });
    expect(await admission.send(second)).toBe('late');
  });
});

describe('a gateway that bills above the worst case', () => {
  it('is booked, and the day is closed until somebody reconciles', async () => {
    const { admission, nowMs } = await limitedOnClock({});
    const reservation = await granted(admission.admit('low', worst));
    await admission.send(reservation);
    expect(await admission.settle(reservation, 'b', { ...sent, costNanoUsd: 25 })).toBe('over');
    const closed = { reason: 'overbilled', atMs: nowMs() };
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 25, closed });
    expect(await admission.tick()).toMatchObject({ closed });
    expect(await admission.admit('critical', worst)).toMatchObject({ because: 'closed', reason: 'overbilled' });
    expect(await admission.reconcile(25)).toMatchObject({ spentNanoUsd: 25 });
    await granted(admission.admit('critical', worst));
  });

  it('closes that day only', async () => {
    const { admission, advance } = await limitedOnClock({});
    const reservation = await granted(admission.admit('low', worst));
    await admission.send(reservation);
    await admission.settle(reservation, 'b', { ...sent, costNanoUsd: 25 });
    await advance(12 * 3_600_000);
    await granted(admission.admit('low', worst));
  });
});

describe('the ledger', () => {
  it('that was emptied closes the day, for processes old and new, until somebody says what was spent', async () => {
    const { admission, redis, store, another, nowMs } = await limitedOnClock({ dailyNanoUsd: 100 });
    const bystander = await another();
    await granted(admission.admit('low', worst));
    const clock = `${store.keys.prefix}clock`;
    const keys = (await redis.keys(`${store.keys.prefix}*`)).filter((key) => key !== clock);
    await redis.del(...keys);
    expect(await admission.admit('critical', worst)).toMatchObject({ because: 'closed', reason: 'ledger_lost' });
    const newcomer = await another();
    for (const process of [admission, bystander, newcomer])
      expect(await process.admit('critical', worst)).toMatchObject({ because: 'closed' });
    expect(await admission.budget()).toMatchObject({
      limitNanoUsd: 100,
      closed: { reason: 'ledger_lost', atMs: nowMs() },
    });
    expect(await newcomer.reconcile(85)).toMatchObject({ spentNanoUsd: 85 });
    for (const process of [admission, bystander]) await process.tick();
    expect(await bystander.admit('critical', { costNanoUsd: 16, tokens: 0 })).toMatchObject({ because: 'budget' });
    await granted(bystander.admit('critical', { costNanoUsd: 15, tokens: 0 }));
  });

  it('that is an older state of itself closes the day', async () => {
    const { admission, redis, store } = await limitedOnClock({});
    await granted(admission.admit('low', worst));
    const backup = await redis.dumpBuffer(store.keys.limits());
    await granted(admission.admit('low', worst));
    await redis.restore(store.keys.limits(), 0, backup, 'REPLACE');
    expect(await admission.admit('low', worst)).toMatchObject({ because: 'closed', reason: 'ledger_lost' });
  });

  it('that a newer process made does not close the day again after it was reconciled', async () => {
    const { admission, redis, store, another } = await limitedOnClock({});
    const asleep = await another();
    await granted(admission.admit('low', worst));
    await redis.hdel(store.keys.limits(), 'epoch');
    await admission.tick();
    await redis.del(store.keys.reservations('2026-06-15'));
    await admission.reconcile(0);
    expect(await asleep.tick()).not.toHaveProperty('closed');
    await granted(asleep.admit('low', worst));
  });

  it('is noticed to be older also when others have been granted more calls since than it forgot', async () => {
    const { admission, redis, store, another } = await limitedOnClock({ dailyNanoUsd: USD });
    const other = await another();
    const keys = await redis.keys(`${store.keys.prefix}*`);
    const backup = await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const));
    for (let i = 0; i < 3; i++) await admission.send(await granted(admission.admit('low', worst)));
    await redis.del(await redis.keys(`${store.keys.prefix}*`));
    for (const [key, value] of backup) await redis.restore(key, 0, value);
    for (let i = 0; i < 5; i++) await granted(other.admit('low', worst));
    expect(await admission.admit('low', worst)).toMatchObject({ because: 'closed', reason: 'ledger_lost' });
    expect(await other.tick()).toMatchObject({ closed: { reason: 'ledger_lost' } });
  });

  it('books what a call cost that was under way when it was emptied', async () => {
    const { admission, redis, store } = await limitedOnClock({ dailyNanoUsd: USD });
    const reservation = await granted(admission.admit('low', worst));
    await admission.send(reservation);
    const k = store.keys;
    await redis.del(k.limits(), k.budget(reservation.date), k.reservations(reservation.date), k.rate());
    await admission.tick();
    expect(await admission.settle(reservation, 'b', sent)).toBe('settled');
    expect(await admission.budget()).toMatchObject({ spentNanoUsd: 4, closed: { reason: 'ledger_lost' } });
  });

  it('is not reconciled while calls are under way', async () => {
    const { admission } = await limitedOnClock({});
    await granted(admission.admit('low', worst));
    await expect(admission.reconcile(5)).rejects.toThrow(ReconcileConflict);
  });
});

describe('a key of the ledger that holds something else', () => {
  it.each(['budget', 'reservations', 'reservationExpiry', 'unsettled'] as const)(
    'stops every step before it writes anything: %s',
    async (name) => {
      const { admission, redis, store } = await limitedOnClock({});
      const [open, sentCall] = [
        await granted(admission.admit('low', worst)),
        await granted(admission.admit('low', worst)),
      ];
      await admission.send(sentCall);
      const key = store.keys[name]('2026-06-15');
      const backup = (await redis.exists(key)) === 1 ? await redis.dumpBuffer(key) : undefined;
      await redis.set(key, 'foreign');
      const others = async () => {
        const keys = (await redis.keys(`${store.keys.prefix}*`)).filter((k) => k !== key).sort();
        return await Promise.all(keys.map(async (k) => [k, await redis.dumpBuffer(k)]));
      };
      const before = await others();
      const tick = () => admission.tick();
      const admitOne = () => admission.admit('low', worst);
      const sendOpen = () => admission.send(open);
      const settleBoth = () =>
        Promise.any([admission.settle(sentCall, 'b', sent), admission.settle(open, 'b', neverSent)]).catch(
          ({ errors }: AggregateError) => Promise.reject(errors[0]),
        );
      const reconcile = () => admission.reconcile(0);
      const steps = {
        budget: [admitOne, settleBoth, sendOpen, reconcile, tick],
        reservations: [admitOne, settleBoth, sendOpen, reconcile, tick],
        reservationExpiry: [admitOne, settleBoth, tick],
        unsettled: [reconcile, tick],
      }[name];
      for (const step of steps) await expect(step()).rejects.toThrow('WRONGTYPE');
      expect(await others()).toEqual(before);
      if (backup) await redis.restore(key, 0, backup, 'REPLACE');
      else await redis.del(key);
      expect(await admission.settle(sentCall, 'b', sent)).toBe('settled');
      expect(await admission.settle(open, 'b', neverSent)).toBe('settled');
      expect(await admission.budget()).toMatchObject({ spentNanoUsd: 4, reservedNanoUsd: 0 });
    },
  );
});
