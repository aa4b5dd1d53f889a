/** Items that one call of the API tells at most. */
const pageSize = 200;

/** A page of a list, as `pageOf` reads it. */
interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor?: string | null | undefined;
}

/** The pages of a list until they hold `limit` items, or all there are; the last tells by its `nextCursor` whether there are more. */
export async function* pages<P extends Page>(
  ask: (count: number, cursor: string | undefined) => Promise<P>,
  limit: number,
): AsyncGenerator<P> {
  let cursor: string | undefined;
  for (let left = limit; left > 0; ) {
    const page = await ask(Math.min(left, pageSize), cursor);
    yield page;
    left -= page.items.length;
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined || page.items.length === 0) return;
  }
}
