import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { NdjsonFile } from '../src/senders/ndjson-file.ts';
import type { ChangeMessage } from '../src/sink.ts';

const never = new AbortController().signal;

function messageOf(id: string, ...skus: string[]): ChangeMessage {
  const price = { price: '9.99', currency: 'EUR', source: 'rules', strategy: 'balanced', reason: 'hold' } as const;
  const rest = { guardrails: [], costUsd: '0', revision: 1, snapshotAt: '', pricedAt: '' };
  return { id, at: '2026-11-21T12:00:00.000Z', prices: skus.map((sku) => ({ sku, ...price, ...rest })) };
}

function newFile() {
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-ndjson-'));
  const file = path.join(dir, 'prices.ndjson');
  const sink = new NdjsonFile('file', file);
  onTestFinished(async () => {
    await sink.close();
    rmSync(dir, { recursive: true });
  });
  const deliver = (...message: Parameters<typeof messageOf>) => sink.deliver(messageOf(...message), never);
  const lines = (of = file) => readFileSync(of, 'utf8').split('\n').slice(0, -1).map(name);
  return { dir, file, sink, deliver, lines };
}

function name(line: string): string {
  if (!line.startsWith('{')) return line;
  const { messageId, sku } = JSON.parse(line) as { messageId: string; sku: string };
  return `${messageId} ${sku}`;
}

it('gets a line a price, with the id of its message, in the order of delivery', async () => {
  const { file, deliver, lines } = newFile();
  const all = await Promise.all([deliver('m1', 'a', 'b'), deliver('m2', 'c'), deliver('m3', 'd')]);
  expect(all.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(lines()).toEqual(['m1 a', 'm1 b', 'm2 c', 'm3 d']);
  expect(JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '')).toEqual({
    messageId: 'm1',
    at: '2026-11-21T12:00:00.000Z',
    ...messageOf('m1', 'a').prices[0],
  });
});

it('loses the half of a line that a crash left, and keeps what somebody else wrote', async () => {
  const { file, deliver, lines } = newFile();
  writeFileSync(file, '{"messageId":"m0","sku":"a"}\n{"messageId":"m1","at":"2026-11-2');
  await deliver('m1', 'b');
  expect(lines()).toEqual(['m0 a', 'm1 b']);
  appendFileSync(file, '{"mess');
  await deliver('m2', 'c');
  expect(lines()).toEqual(['m0 a', 'm1 b', 'm2 c']);
  appendFileSync(file, '# not ours');
  await deliver('m3', 'd');
  expect(lines()).toEqual(['m0 a', 'm1 b', 'm2 c', '# not ours', 'm3 d']);
});

it('goes on in a new file when it was renamed or removed', async () => {
  const { file, deliver, lines } = newFile();
  await deliver('m1', 'a');
  renameSync(file, `${file}.1`);
  await deliver('m2', 'b');
  expect([lines(`${file}.1`), lines()]).toEqual([['m1 a'], ['m2 b']]);
  rmSync(file);
  await deliver('m3', 'c');
  expect(lines()).toEqual(['m3 c']);
});

it('says what stands against it, and goes on when that is mended', async () => {
  const { dir, file, deliver, lines } = newFile();
  rmSync(dir, { recursive: true });
  expect(await deliver('m1', 'a')).toMatchObject({
    ok: false,
    retry: true,
    reason: 'file-enoent',
    detail: expect.stringContaining(file),
  });
  mkdirSync(file, { recursive: true });
  expect(await deliver('m1', 'a')).toMatchObject({ ok: false, reason: 'file-eisdir' });
  rmSync(file, { recursive: true });
  expect(await deliver('m1', 'a')).toMatchObject({ ok: true });
  expect(lines()).toEqual(['m1 a']);
});

it('writes nothing that it is told to break off before', async () => {
  const { sink, deliver, lines } = newFile();
  const stopped = await Promise.all([deliver('m1', 'a'), sink.deliver(messageOf('m2', 'b'), AbortSignal.abort())]);
  expect(stopped).toMatchObject([{ ok: true }, { ok: false, retry: true, reason: 'aborted' }]);
  expect(lines()).toEqual(['m1 a']);
});
