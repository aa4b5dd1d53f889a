import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SkuOrder } from './sku-order.ts';

const any = () => true;
const item = (name: string, ...skus: string[]) => ({ name, skus });

describe('SkuOrder', () => {
  it('lets go at once what shares no SKU, and one after the other what does', () => {
    const order = new SkuOrder<ReturnType<typeof item>>();
    for (const each of [item('1', 'a', 'b'), item('2', 'c'), item('3', 'b', 'c'), item('4', 'd', 'd')]) order.add(each);
    const first = order.next(any);
    const second = order.next(any);
    expect([first?.name, second?.name, order.next(any)?.name, order.next(any)]).toEqual(['1', '2', '4', undefined]);
    if (first) order.done(first);
    expect(order.next(any)).toBeUndefined();
    if (second) order.putBack(second);
    expect(order.next(any)?.name).toBe('2');
    if (second) order.done(second);
    expect(order.next(any)?.name).toBe('3');
    expect(order.size).toBe(2);
  });

  it('passes over what is not ready yet', () => {
    const order = new SkuOrder<ReturnType<typeof item>>();
    for (const each of [item('1', 'a'), item('2', 'b'), item('3', 'a')]) order.add(each);
    expect(order.next(({ name }) => name !== '1')?.name).toBe('2');
    expect(order.next(({ name }) => name !== '1')).toBeUndefined();
  });

  it('delivers all, each once, those of a SKU in their order, whatever finishes when', () => {
    const skus = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(skus, { maxLength: 30 }), fc.infiniteStream(fc.nat(100)), (sets, chance) => {
        const items = sets.map((of, at) => ({ at, skus: of }));
        const order = new SkuOrder<(typeof items)[number]>();
        const flying: typeof items = [];
        const done: typeof items = [];
        let added = 0;
        while (done.length < items.length) {
          const each = items[added];
          if (each && chance.next().value % 2 === 0) {
            order.add(each);
            added++;
          }
          const next = order.next(any);
          if (next) {
            expect(flying.some((other) => other.skus.some((sku) => next.skus.includes(sku)))).toBe(false);
            flying.push(next);
          }
          const [landed] = flying.splice(chance.next().value % (flying.length + 1), 1);
          if (!landed) continue;
          if (chance.next().value % 4 === 0) {
            order.putBack(landed);
            continue;
          }
          order.done(landed);
          done.push(landed);
        }
        for (const sku of ['a', 'b', 'c', 'd', 'e'] as const) {
          const ofSku = done.filter((each) => each.skus.includes(sku)).map(({ at }) => at);
          expect(ofSku).toEqual(ofSku.toSorted((x, y) => x - y));
        }
        expect(order.size).toBe(0);
      }),
    );
  });
});
