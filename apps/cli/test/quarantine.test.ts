import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reprice } from './command.ts';
import { contractServer } from './contract-server.ts';
import { workFolder } from './work-folder.ts';

const { api, env } = contractServer();
const dir = workFolder();

describe('observe --source', () => {
  it('sends a file as it is, and tells what was put aside', async () => {
    const body = {
      ...{ accepted: 2, stale: 0, repricing: 2, quarantined: 2, learned: 3 },
      unused: { 'other-condition': 4 },
      misfits: [{ reason: 'no-sku', detail: 'Line 3: it has no id.' }],
    };
    api.on('POST /v1/sources/amazon', { status: 202, body });
    const file = path.join(dir, 'listings.txt');
    const report = 'seller-sku\tasin1\nA\tB00\n';
    await writeFile(file, report);
    const { code, stdout, stderr } = await reprice(['observe', file, '--source', 'amazon'], { env });
    expect([code, stdout]).toEqual([
      0,
      '2 observations taken: 2 SKUs to be repriced, 2 put aside. 3 ids of amazon learned.\n',
    ]);
    expect(stderr).toContain(
      'no-sku: Line 3: it has no id.\nand 1 more.\nTells nothing that is needed: 4 other-condition.',
    );
    expect(api.seen).toMatchObject([{ body: report, headers: { 'content-type': 'text/csv' } }]);
    const json = await reprice(['observe', file, '--source', 'amazon', '--json'], { env });
    expect(JSON.parse(json.stdout)).toEqual(body);
  });
});

describe('quarantine', () => {
  const item = {
    source: 'shop',
    reason: 'no-sku',
    detail: 'It has none.',
    excerpt: '{"id":5}',
    at: '2026-11-21T09:30:00.000Z',
  };

  it('lists what was put aside, page by page, and counts it', async () => {
    const items = Array.from({ length: 200 }, () => item);
    api.on('GET /v1/quarantine', ({ query }) => ({
      body: query.has('cursor')
        ? { items: [{ ...item, reason: 'shape' }], nextCursor: null, counts: { shop: { shape: 1 } } }
        : { items, nextCursor: '9-1', counts: { shop: { shape: 1, 'no-sku': 200 } } },
    }));
    const { stdout, stderr } = await reprice(['quarantine', '--limit', '201', '--source', 'shop'], { env });
    expect(stdout.split('\n')).toHaveLength(202);
    expect(stdout).toContain('2026-11-21T09:30:00.000Z\tshop\tshape\tIt has none.\t{"id":5}');
    expect(stderr).toContain('In the last 24 hours, shop: 1 shape.');
    expect(api.seen.map(({ query }) => String(query))).toEqual([
      'limit=200&source=shop',
      'limit=1&source=shop&cursor=9-1',
    ]);
    const first = await reprice(['quarantine', '--json', '--limit', '1'], { env });
    expect(JSON.parse(first.stdout.split('\n')[0] ?? '')).toEqual(item);
  });

  it('says so when there is nothing, and clears', async () => {
    api.on('GET /v1/quarantine', { body: { items: [], nextCursor: null, counts: {} } });
    api.on('DELETE /v1/quarantine', { body: { removed: 12 } });
    expect((await reprice(['quarantine'], { env })).stderr).toBe(
      'Nothing was put aside: all that sources sent could be used.\n',
    );
    expect((await reprice(['quarantine', 'clear', '--source', 'shop'], { env })).stdout).toBe(
      '12 entries forgotten.\n',
    );
    expect(String(api.to('DELETE /v1/quarantine')[0]?.query)).toBe('source=shop');
  });
});
