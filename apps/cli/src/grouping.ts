/** Items of one kind: how many there are, and the first few of them. */
export interface Group<T> {
  readonly name: string;
  readonly size: number;
  readonly examples: readonly T[];
}

/** Groups items as they come, keeping `examplesKept` of each group in memory; the largest group first. */
export async function groupsOf<T>(
  items: AsyncIterable<T>,
  namesOf: (item: T) => readonly string[],
  examplesKept: number,
): Promise<Group<T>[]> {
  const groups = new Map<string, { size: number; examples: T[] }>();
  for await (const item of items) {
    for (const name of new Set(namesOf(item))) {
      const group = groups.get(name) ?? { size: 0, examples: [] };
      groups.set(name, group);
      group.size += 1;
      if (group.examples.length < examplesKept) group.examples.push(item);
    }
  }
  return [...groups].map(([name, group]) => ({ name, ...group })).sort((a, b) => b.size - a.size);
}
