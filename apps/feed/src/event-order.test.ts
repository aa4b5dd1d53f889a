import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventOrder } from './event-order.ts';
import type { MarketEvent } from './market-message.ts';

const event = (seq: number, bytes = 100): MarketEvent => ({ id: `e${seq}`, seq, at: '', atMs: 0, item: {}, bytes });

function handOn(order: EventOrder, one: MarketEvent): number[] {
  const handed: number[] = [];
  if (order.place(one) !== 'next') return handed;
  for (let next: MarketEvent | undefined = one; next !== undefined; next = order.next) {
    order.pass(next.seq);
    handed.push(next.seq);
  }
  return handed;
}

describe('EventOrder', () => {
  it('hands on each event once and in turn, whatever comes twice, early or late', () => {
    const mixed = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(1e9)), {
      minLength: 1,
      maxLength: 60,
      selector: ([, n]) => n,
    });
    fc.assert(
      fc.property(mixed, (keys) => {
        const order = new EventOrder();
        order.begin(0);
        const arrivals = keys.flatMap(([more], i) => Array.from({ length: more + 1 }, () => i + 1));
        arrivals.sort((a, b) => (((keys[a - 1]?.[1] ?? 0) * a * 7) % 101) - (((keys[b - 1]?.[1] ?? 0) * b * 7) % 101));
        const handed = arrivals.flatMap((seq) => handOn(order, event(seq)));
        expect(handed).toEqual(keys.map((_, i) => i + 1));
        expect([order.isComplete, order.waiting]).toEqual([true, 0]);
      }),
    );
  });

  it('is not complete while something is missing that the stream told of', () => {
    const order = new EventOrder();
    order.begin(5);
    order.beginAfter(5);
    expect(order.isComplete).toBe(true);
    order.tell(7);
    expect(order.isComplete).toBe(false);
    expect(order.place(event(7))).toBe('early');
    expect(handOn(order, event(6))).toEqual([6, 7]);
    expect(order.isComplete).toBe(true);
    expect(order.place(event(3))).toBe('duplicate');
  });

  it('keeps the newest where there is no room for all: what is older is read again', () => {
    const order = new EventOrder();
    order.begin(0);
    for (let seq = 2; seq <= 12_001; seq++) expect(order.place(event(seq))).toBe('early');
    expect([order.dropped, order.waiting]).toEqual([5000, 7000]);
    order.beginAfter(5000);
    expect(handOn(order, event(5001)).length).toBe(7001);
    const wide = new EventOrder();
    wide.begin(0);
    for (let seq = 2; seq <= 100; seq++) wide.place(event(seq, 262_144));
    expect(wide.waiting).toBeLessThanOrEqual(16);
    expect(wide.waiting + wide.dropped).toBe(99);
  });

  it('begins anew where the stream did', () => {
    const order = new EventOrder();
    order.begin(900);
    order.beginAfter(890);
    order.place(event(895));
    order.begin(3);
    order.beginAfter(3);
    expect([order.isComplete, order.waiting, order.last]).toEqual([true, 0, 3]);
    expect(handOn(order, event(4))).toEqual([4]);
  });
});
