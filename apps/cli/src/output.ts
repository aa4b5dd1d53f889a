import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';

/** A stream that the command writes to, such as `process.stdout`. */
export type OutputStream = NodeJS.WriteStream;

const narrowest = 60;

/** Where the command writes: results to standard output, everything else to standard error. */
export class Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether progress can be redrawn in place: on a terminal that can move its cursor. */
  readonly isInteractive: boolean;

  /** `term` is what TERM says; a `dumb` terminal cannot move its cursor. */
  constructor(stdout: OutputStream, stderr: OutputStream, term: string | undefined) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.isInteractive = stderr.isTTY === true && term !== 'dumb';
  }

  /** Writes a result to standard output; resolves when there is room for more. */
  print(text: string): Promise<void> {
    return this.printBytes(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** Writes a value to standard output as one line of JSON. */
  printJson(value: unknown): Promise<void> {
    return this.print(JSON.stringify(value));
  }

  /** Writes values to standard output, one line of JSON each. */
  async printJsonLines(values: Iterable<unknown>): Promise<void> {
    for (const value of values) await this.printJson(value);
  }

  /** Writes to standard output as it is; resolves when there is room for more. */
  async printBytes(chunk: Uint8Array | string): Promise<void> {
    if (this.stdout.write(chunk)) return;
    await new Promise<void>((resolve) => this.stdout.once('drain', resolve));
  }

  /** Clears what `lines` lines of the terminal hold above the cursor, and goes to their beginning. */
  takeBack(lines: number): void {
    moveCursor(this.stdout, 0, -lines);
    cursorTo(this.stdout, 0);
    clearScreenDown(this.stdout);
  }

  /** Says something to the person at the terminal, on standard error. */
  tell(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** Says on a terminal what one may do next; a script is not told. */
  hint(text: string): void {
    if (this.stdout.isTTY) this.tell(text);
  }

  /** Columns of the terminal, 80 if it does not tell; 160 where there is none, for nothing wraps there. */
  get width(): number {
    return Math.max(narrowest, this.stdout.columns || (this.stdout.isTTY ? 80 : 160));
  }

  /** Coloured on a terminal, plain text in a pipe or under NO_COLOR; FORCE_COLOR colours everywhere. */
  paint(colour: 'green' | 'yellow' | 'red', text: string): string {
    return styleText(colour, text, { stream: this.stdout });
  }

  /** Bold on a terminal, plain text in a pipe or under NO_COLOR. */
  bold(text: string): string {
    return styleText('bold', text, { stream: this.stdout });
  }
}

/**
 * Text from outside as one line that is safe to show: control characters, which could move the cursor or forge lines, are replaced;
 * text longer than `longest` characters is cut.
 */
export function printable(text: string, longest = 200): string {
  // Two units a character at most, and one character more, by which it shows that the text is longer.
  const plain = text.slice(0, 2 * longest + 2).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
  const letters = [...plain];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : plain;
}
