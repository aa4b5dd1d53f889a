import type { FileHandle } from 'node:fs/promises';

/** Longer than any line of ours. */
const LONGEST_LINE = 1_048_576;
const NEWLINE = 0x0a;

/**
 * Makes the end of a file the end of a line, and returns where that is. The beginning of one of our lines that a crash left there is cut off;
 * what somebody else wrote stays, and is ended.
 *
 * @param size of the file
 * @param beginning what each of our lines begins with
 */
export async function cutTornLine(handle: FileHandle, size: number, beginning: string): Promise<number> {
  if (size === 0) return 0;
  const from = Math.max(0, size - LONGEST_LINE);
  const tail = Buffer.alloc(size - from);
  await handle.read(tail, 0, tail.length, from);
  if (tail.at(-1) === NEWLINE) return size;
  const lineStart = tail.lastIndexOf(NEWLINE) + 1;
  const isWholeLine = lineStart > 0 || from === 0;
  const torn = tail.subarray(lineStart, lineStart + beginning.length).toString();
  if (isWholeLine && beginning.startsWith(torn)) {
    await handle.truncate(from + lineStart);
    await handle.datasync();
    return from + lineStart;
  }
  await handle.appendFile('\n');
  return size + 1;
}
