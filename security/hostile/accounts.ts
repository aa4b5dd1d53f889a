import type { Stand } from '../stand.ts';

interface BatchCounts {
  readonly id: string;
  readonly total: number;
  readonly unchanged: number;
  readonly priced: number;
  readonly held: number;
  readonly failed: number;
  readonly waiting: number;
}

/** Every batch that the API lists, and those whose counters do not add up. */
export async function unaccounted(stand: Stand): Promise<{ batches: number; wrong: string[] }> {
  const wrong: string[] = [];
  let batches = 0;
  for (let cursor = ''; ; ) {
    const { status, body } = await stand.json('read', 'GET', `/v1/batches?limit=200${cursor}`);
    if (status !== 200) throw new Error(`GET /v1/batches answers ${status}`);
    for (const batch of body.items as BatchCounts[]) {
      batches++;
      const { id, total, unchanged, priced, held, failed, waiting } = batch;
      if (total !== unchanged + priced + held + failed + waiting) wrong.push(`${id}: ${JSON.stringify(batch)}`);
    }
    if (body.nextCursor === null) return { batches, wrong };
    cursor = `&cursor=${encodeURIComponent(String(body.nextCursor))}`;
  }
}
