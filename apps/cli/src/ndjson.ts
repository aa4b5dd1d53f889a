/** A line longer than this is not a record of the API's. */
const longestLine = 4 * 1024 * 1024;

/** The lines of a stream of UTF-8 text, without their line ends; blank lines are left out. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
    if (rest.length > longestLine) throw new RangeError('a line of the answer is longer than 4 MiB');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}
