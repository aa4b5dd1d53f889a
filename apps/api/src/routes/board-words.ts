import { packJobSchema } from '@reprice/queue';

/** SKUs told of a job, and characters of a returned value. */
const skusTold = 5;
const returnedTold = 200;

/** What Bull Board shows of a job's data: what a person asks first, and short. A thing that is no pack of ours shows nothing. */
export function boardData(data: unknown): Record<string, unknown> {
  const pack = packJobSchema.safeParse(data);
  if (!pack.success) return { note: 'This job is no pack of Reprice.' };
  const { batchId, strategy, skus, asked, replays } = pack.data;
  const more = skus.length > skusTold ? [`… and ${skus.length - skusTold} more`] : [];
  return {
    batch: batchId,
    strategy,
    skus: [...skus.slice(0, skusTold), ...more],
    ...(asked > 0 && { askedBefore: asked }),
    ...(replays !== undefined && { replays }),
  };
}

/** What Bull Board shows of a returned value: one sentence, whatever was returned. */
export function boardReturned(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > returnedTold ? `${text.slice(0, returnedTold)}…` : text;
}

/** Where the dashboard shows the first SKU of a job; the dashboard itself for what is no pack of ours. */
export function boardLink(data: unknown): { displayText: string; href: string } {
  const sku = packJobSchema.safeParse(data).data?.skus[0];
  if (sku === undefined) return { displayText: 'Dashboard', href: '/' };
  return { displayText: 'First SKU on the dashboard', href: `/#/sku/${encodeURIComponent(sku)}` };
}
