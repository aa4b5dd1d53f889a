import type { Fault } from '@reprice/pricing';
import type { BodyParser, RowSink } from '../src/intake/row-sink.ts';

/** What a parser told: `line: input` or `line: fault code`. */
export type Told = readonly [line: number, what: Record<string, unknown> | string];

class Recorder implements RowSink {
  readonly told: Told[] = [];
  row(line: number, input: Record<string, unknown>): void {
    this.told.push([line, input]);
  }
  fault(line: number, fault: Fault): void {
    this.told.push([line, fault.code]);
  }
}

/** All that a parser makes of a body that comes in pieces of `size` bytes. */
export function told(
  parser: (sink: RowSink) => BodyParser,
  body: string | Buffer,
  size = Number.POSITIVE_INFINITY,
): Told[] {
  const bytes = Buffer.from(body);
  const recorder = new Recorder();
  const reading = parser(recorder);
  for (let from = 0; from < bytes.length; from += size)
    reading.push(bytes.subarray(from, Math.min(bytes.length, from + size)));
  reading.end();
  return recorder.told;
}

/** As `told`, but makes sure that it does not matter where the network cuts the body. */
export function toldAnyway(parser: (sink: RowSink) => BodyParser, body: string | Buffer): Told[] {
  const whole = JSON.stringify(told(parser, body));
  for (const size of [1, 2, 3, 7, 64]) {
    const cut = JSON.stringify(told(parser, body, size));
    if (cut !== whole) throw new Error(`In pieces of ${size} bytes the parser tells ${cut}, as a whole ${whole}`);
  }
  return JSON.parse(whole) as Told[];
}
