import { expect, it } from 'vitest';
import { Market } from './market.ts';

it('tells who asks for events that are kept no more, and no one else', () => {
  let nowMs = 0;
  const market = new Market(() => nowMs, 100);
  market.open(1);
  const [first] = market.events;
  for (nowMs = 1; nowMs <= 150; nowMs += 1) market.move(1);
  const [oldest] = market.events;
  expect(oldest?.seq).toBeGreaterThan(1);
  expect(market.events.length).toBeLessThanOrEqual(110);
  const since = (event: { at: string; id: string } | undefined) =>
    market.eventsSince(event?.at ?? '', event?.id ?? '', 10);
  expect(since(first)).toBe('too-old');
  expect(since(undefined)).toBe('too-old');
  expect(since(oldest)).toMatchObject({ items: [oldest, {}, {}, {}, {}, {}, {}, {}, {}, {}], hasMore: true });
  expect(since(market.last)).toEqual({ items: [market.events.at(-1)], hasMore: false });
});

it('lets its time stand still where the clock goes back', () => {
  let nowMs = 5000;
  const market = new Market(() => nowMs);
  market.happen([{ sku: 'a', stock: 1 }]);
  nowMs = 1000;
  market.happen([{ sku: 'a', stock: 2 }]);
  expect(market.events.map(({ at }) => Date.parse(at))).toEqual([5000, 5000]);
  expect(market.statesAfter('', 10).items).toMatchObject([{ sku: 'a', stock: 2 }]);
});

it('gives SKUs page by page in the order of their text', () => {
  const market = new Market(() => 0);
  market.happen([{ sku: 'b' }, { sku: '__proto__', price: '1.00' }, { sku: 'a' }]);
  expect(market.statesAfter('', 2)).toMatchObject({
    items: [{ sku: '__proto__', price: '1.00' }, { sku: 'a' }],
    nextAfter: 'a',
  });
  expect(market.statesAfter('a', 2)).toMatchObject({ items: [{ sku: 'b' }], nextAfter: null });
  expect(market.statesAfter('z', 2)).toEqual({ items: [], nextAfter: null });
});
