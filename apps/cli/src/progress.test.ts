import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Output, type OutputStream } from './output.ts';
import { batchMoment, createProgress, uploadMoment } from './progress.ts';
import { batchSchema } from './responses.ts';

function terminal(isTTY: boolean): { output: Output; written: () => string } {
  const chunks: string[] = [];
  const stream = new PassThrough({ decodeStrings: false });
  stream.on('data', (chunk: string) => chunks.push(String(chunk)));
  const stderr = Object.assign(stream, {
    isTTY,
    columns: 100,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  return {
    output: new Output(process.stdout, stderr as unknown as OutputStream, 'xterm'),
    written: () => chunks.join(''),
  };
}

const batch = batchSchema.parse({
  id: 'b1',
  status: 'running',
  total: 11_703,
  waiting: 6403,
  priced: 5200,
  unchanged: 98,
  failed: 2,
  rejected: 1,
  costUsd: '0.0421',
});

it('tells the way of a batch in one line', () => {
  const { phase, done, total, text } = batchMoment(batch, 812.4);
  expect({ phase, done, total }).toEqual({ phase: 'Pricing', done: 5300, total: 11_703 });
  expect(text).toBe('5,300 of 11,703 SKUs, 812 SKU/s, 7.9 s left, $0.0421, 98 unchanged, 1 line rejected, 2 failed');
});

it('tells how much of a file, or of a pipe, is sent', () => {
  expect(uploadMoment(5_000_000, 10_000_000, 1000).text).toBe('5.0 MB of 10.0 MB, 5.0 MB/s');
  expect(uploadMoment(5_000_000, undefined, 100)).toEqual({ phase: 'Sending', done: 5_000_000, text: '5.0 MB' });
});

it('writes plain lines where there is no terminal: one a phase, then at most one in 3 s', () => {
  const { output, written } = terminal(false);
  let nowMs = 0;
  const progress = createProgress(output, true, { nowMs: () => nowMs });
  const show = (done: number): void => progress.show({ phase: 'Pricing', done, total: 100, text: `${done} of 100` });
  progress.show({ phase: 'Sending', done: 1, text: '1 B' });
  show(1);
  nowMs = 2999;
  show(2);
  nowMs = 3000;
  show(3);
  nowMs = 6000;
  show(3);
  progress.note('The API does not answer.');
  progress.stop();
  expect(written()).toBe('Sending: 1 B\nPricing 1 %: 1 of 100\nPricing 3 %: 3 of 100\nThe API does not answer.\n');
});

it('draws a bar on a terminal, and shows the cursor again at the end', () => {
  const { output, written } = terminal(true);
  const progress = createProgress(output, true);
  progress.show(batchMoment(batch, 800));
  progress.stop();
  progress.stop();
  expect(written()).toContain('Pricing');
  expect(written()).toContain('45 %');
  expect(written()).toContain('5,300 of 11,703 SKUs');
  expect(written().split('\u001b[?25l').length).toBe(written().split('\u001b[?25h').length);
});

it('says nothing when it is not wanted', () => {
  const { output, written } = terminal(true);
  const progress = createProgress(output, false);
  progress.show(batchMoment(batch, 1));
  progress.note('x');
  progress.stop();
  expect(written()).toBe('');
});
