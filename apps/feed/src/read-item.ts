import { readSource, type SourceSettings } from '@reprice/sources';
import { isRecord, type Unusable } from './market-message.ts';
import type { Input } from './newest-wins.ts';

/** An item of more than this says something else than what changed of a SKU, bytes of text. */
const MOST_BYTES = 262_144;

/** When something happened. */
export interface Moment {
  readonly iso: string;
  readonly ms: number;
}

/** Takes an item for what it is without an adapter: an observation. It is as of the event unless it says when. */
export function readObservation(item: unknown, at: Moment): Input[] | Unusable {
  if (!isRecord(item)) return { reason: 'malformed-item', detail: 'it is no object' };
  const { sku } = item;
  if ((typeof sku !== 'string' && typeof sku !== 'number') || sku === '')
    return { reason: 'malformed-item', detail: 'it names no sku' };
  const bytes = JSON.stringify(item).length;
  if (bytes > MOST_BYTES)
    return { reason: 'too-large', detail: `${bytes} characters; at most ${MOST_BYTES} are taken` };
  const isDated = item.observedAt !== undefined && item.observedAt !== null && item.observedAt !== '';
  const statedMs = typeof item.observedAt === 'string' ? Date.parse(item.observedAt) : Number.NaN;
  return [
    {
      fields: isDated ? item : { ...item, observedAt: at.iso },
      observedAtMs: Number.isNaN(statedMs) ? at.ms : statedMs,
      bytes,
    },
  ];
}

/** Reads items by an adapter of the config's `sources`. */
export function readerBy(settings: SourceSettings): (item: unknown, at: Moment) => Input[] | Unusable {
  return (item, at) => {
    const { observations, quarantined } = readSource(settings, item, { nowMs: at.ms });
    const [misfit] = quarantined;
    if (misfit) return { reason: misfit.reason, detail: misfit.detail };
    const inputs = observations.map((observation) => readObservation(observation, at));
    return inputs.find((input) => 'reason' in input) ?? inputs.flat().filter((input) => 'fields' in input);
  };
}
