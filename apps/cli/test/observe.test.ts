import { describe, expect, it } from 'vitest';
import { reprice } from './command.ts';
import { contractServer } from './contract-server.ts';

const { api, env } = contractServer();

const fault = { field: 'sku', code: 'unknown-sku', got: 'B', takes: 'price and currency too' };
const taken = {
  ...{ accepted: 2, stale: 1, repricing: 1, rejected: 2 },
  errors: [{ line: 2, sku: 'B', faults: [fault] }],
  ignoredFields: [{ field: 'stok', count: 1, didYouMean: 'stock' }],
  unusedCompetitors: { GBP: 3 },
};

describe('observe', () => {
  it('sends what is piped in, and tells what became of it', async () => {
    api.on('POST /v1/observations', { status: 202, body: taken });
    const stdin = '{"sku":"A","stock":0}\n{"sku":"B","stok":1}\n';
    const { code, stdout, stderr } = await reprice(['observe', '-'], { env, stdin });
    expect([code, stdout]).toEqual([
      0,
      '2 observations taken, 1 older than what is known: 1 SKU to be repriced, 2 lines rejected.\n',
    ]);
    expect(stderr).toContain('line 2  B  sku: unknown-sku, got B; takes price and currency too\nand 1 more.');
    expect(stderr).toContain('"stok" means nothing here; did you mean "stock"?');
    expect(stderr).toContain('not used, for want of a rate of today: 3 in GBP (');
    expect(api.seen).toMatchObject([{ body: stdin, headers: { 'content-type': 'application/x-ndjson' } }]);
    const json = await reprice(['observe', '-', '--json'], { env, stdin });
    expect(JSON.parse(json.stdout)).toEqual(taken);
  });

  it('takes no CSV', async () => {
    const { code, stderr } = await reprice(['observe', '-'], { env, stdin: 'sku,stock\nA,1\n' });
    expect([code, api.seen.length]).toEqual([2, 0]);
    expect(stderr).toContain('standard input is CSV; observations are NDJSON or JSON');
  });
});
