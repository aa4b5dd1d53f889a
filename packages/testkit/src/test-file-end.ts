/** Things that a test left running; ended after its file, whether its tests passed or not. */
const leftovers = new Set<() => Promise<void> | void>();

/** Has `end` called after the test file, unless the answer is called before. */
export function endAfterTestFile(end: () => Promise<void> | void): () => void {
  leftovers.add(end);
  return () => leftovers.delete(end);
}

/** Ends all that is left; the setup file of vitest calls it. */
export async function endLeftovers(): Promise<void> {
  const ends = [...leftovers];
  leftovers.clear();
  await Promise.all(ends.map((end) => end()));
}
