import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';

function read(bytes: Buffer, cuts: readonly number[] = []): { events: string[]; ok: boolean } {
  const events: string[] = [];
  const stream = new EventStream((data, name) => events.push(name === '' ? data : `${name}: ${data}`));
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let ok = true;
  for (let index = 1; index < edges.length; index += 1)
    ok = stream.push(bytes.subarray(edges[index - 1], edges[index])) && ok;
  return { ok: stream.end() && ok, events };
}

describe('EventStream', () => {
  it.each([
    ['data: a\n\ndata: b\n\n', ['a', 'b']],
    ['data:a\n\ndata:  b\n\n', ['a', ' b']],
    ['data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['data: a\rdata: b\r\r', ['a\nb']],
    ['data: a\ndata: b\n\n', ['a\nb']],
    [': comment\n\nevent: error\ndata: a\n\nid: 7\nnonsense\n\n', ['error: a']],
    ['\ufeffdata: a\n\n', ['a']],
    ['data: a\n\ndata: [DONE]', ['a', '[DONE]']],
    ['data: a\n\ndata: [DONE]\n', ['a', '[DONE]']],
    ['data: a\n\ndata: {"b":', ['a']],
    ['\n\n\n', []],
    ['', []],
  ])('reads %j', (text, events) => {
    expect(read(Buffer.from(text))).toEqual({ ok: true, events });
  });

  it('reads the same however the bytes are split', () => {
    const bytes = Buffer.from(
      'data: {"größe":"5 €"}\r\n\r\n: ping\n\ndata: 🙂\n\nevent: e\ndata: 1\ndata: 2\n\ndata: [DONE]',
    );
    const whole = read(bytes);
    expect(whole.events).toHaveLength(4);
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 8 }), (cuts) => {
        expect(read(bytes, cuts)).toEqual(whole);
      }),
    );
  });

  it.each([[[0xff]], [[0xc3, 0x28]], [[0xed, 0xa0, 0x80]], [[0xe2, 0x82]]])('refuses the bytes %j', (wrong) => {
    const bytes = Buffer.concat([
      Buffer.from('data: '),
      Buffer.from(wrong),
      Buffer.from(wrong.length === 2 && wrong[0] === 0xe2 ? '' : '\n\n'),
    ]);
    expect(read(bytes).ok).toBe(false);
  });
});
