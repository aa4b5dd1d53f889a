/** Something that a process does again and again beside its work. */
export interface Chore {
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

/** Does the chores, each in its own rhythm, until what it returns is called. One that fails, or waits for Redis, holds up no other and is done again. */
export function repeat(chores: readonly Chore[], onError: (error: Error) => void): () => void {
  const timers = new Set<NodeJS.Timeout>();
  let isStopped = false;
  const again = async (chore: Chore): Promise<void> => {
    await chore.run().catch(onError);
    if (isStopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void again(chore);
    }, chore.everyMs);
    timers.add(timer);
  };
  for (const chore of chores) void again(chore);
  return () => {
    isStopped = true;
    for (const timer of timers) clearTimeout(timer);
  };
}
