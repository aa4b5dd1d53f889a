import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './processes.ts';
import type { Stage } from './stage.ts';

/** What the API tells of a batch, as far as it is measured. */
export interface Batch {
  readonly id: string;
  readonly status: string;
  readonly priced: number;
  readonly failed: number;
  readonly calls: number;
  readonly costUsd: string;
}

const POLL_MS = 100;

/** Submits a catalogue as NDJSON. */
export async function submit(
  { headers }: Stage,
  { url }: Process,
  body: readonly Buffer[],
  query = '',
): Promise<Batch> {
  const response = await fetch(`${url}/v1/batches${query}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(body),
    duplex: 'half',
  });
  if (response.status !== 202) throw new Error(`The API answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Batch;
}

/** Waits until every SKU of a batch has its price; throws when one gets none. */
export async function untilPriced(
  { headers }: Stage,
  { url }: Process,
  { id }: Pick<Batch, 'id'>,
  pollMs = POLL_MS,
): Promise<Batch> {
  for (;;) {
    const batch = (await (await fetch(`${url}/v1/batches/${id}`, { headers })).json()) as Batch;
    if (batch.failed > 0) throw new Error(`${batch.failed} SKUs failed`);
    if (batch.status === 'done') return batch;
    await sleep(pollMs);
  }
}
