import type { MergedRow } from '@reprice/store';
import { expect, it } from 'vitest';
import type { Input } from './newest-wins.ts';
import { Pump } from './pump.ts';

const input = (fields: Record<string, unknown>): Input => ({ fields, observedAtMs: 0, bytes: 10 });

/** A pump whose store takes nothing that `faultOf` finds a field at fault in. */
function pumpTo(faultOf: (fields: Record<string, unknown>) => string | undefined) {
  const stored: Record<string, unknown>[] = [];
  const rejected: unknown[] = [];
  let isOpen = false;
  const pump = new Pump<number>({
    resolve: async (inputs) => inputs,
    merge: async (inputs) =>
      inputs.map((fields): MergedRow => {
        const field = faultOf(fields);
        if (field === undefined) stored.push(fields);
        return field === undefined
          ? { kind: 'stale', sku: String(fields.sku), ignored: [] }
          : { kind: 'rejected', faults: [{ field, code: 'not-money', got: 'it', takes: 'another' }] };
      }),
    isSound: () => true,
    mayStore: () => isOpen,
    onStored: () => {},
    onRejected: ({ fields }) => rejected.push(fields),
    onError: (error) => expect.unreachable(error.message),
  });
  const flow = async (...inputs: Input[]) => {
    pump.add([input({ sku: 'first' })]);
    await Promise.resolve();
    pump.add(inputs);
    isOpen = true;
    await pump.drained();
    return { stored: stored.slice(1), rejected };
  };
  return flow;
}

it('stores what is left of a joined observation before a newer one of its SKU', async () => {
  const isYen = ({ cost }: Record<string, unknown>) => (String(cost ?? '').includes('.') ? 'cost' : undefined);
  const flow = pumpTo(isYen);
  const inputs = [{ stock: 5 }, { cost: '10.5', demand: 2 }, { cost: '9.55' }, { sku: 'b', stock: 1 }];
  expect(await flow(...inputs.map((fields) => input({ sku: 'a', ...fields })))).toEqual({
    stored: [
      { sku: 'b', stock: 1 },
      { sku: 'a', stock: 5, demand: 2 },
    ],
    rejected: [
      { sku: 'a', stock: 5, cost: '10.5', demand: 2 },
      { sku: 'a', cost: '9.55' },
    ],
  });
});

it('stores nothing of what names a currency that is not that of its SKU', async () => {
  const flow = pumpTo(({ currency }) => (currency === 'USD' ? 'currency' : undefined));
  const inputs = [{ currency: 'USD', cost: '5' }, { currency: 'USD', stock: 3 }, { stock: 4 }];
  const { stored } = await flow(...inputs.map((fields) => input({ sku: 'a', ...fields })));
  expect(stored).toEqual([{ sku: 'a', stock: 4 }]);
});
