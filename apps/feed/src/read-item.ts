import type { ObservationInput } from '@reprice/pricing';
import { readSource, type SourceSettings } from '@reprice/sources';
import { isRecord, type Unusable } from './market-message.ts';
import type { Input, Thing } from './newest-wins.ts';

/** An item of more than this says something else than what changed of a SKU, bytes of text. */
const MOST_BYTES = 262_144;
/** What is kept of a thing beside its fields: its excerpt, most of all. */
const THING_BYTES = 2048;
/** As deep as the API takes JSON. What is nested by the thousand, no stack is deep enough to write down. */
const MOST_LEVELS = 20;
const tooDeep: Unusable = { reason: 'too-deep', detail: `it is nested more than ${MOST_LEVELS} levels deep` };

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
  if (isDeeper(item, MOST_LEVELS)) return tooDeep;
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

/**
 * Reads items by an adapter of the config's `sources`. What of an item cannot be used goes to `aside`, and the rest of it counts; an item of which
 * nothing is left is unusable as a whole. What names its SKU by an id of the source's own is a {@link Thing}'s.
 */
export function readerBy(
  settings: SourceSettings,
  aside: (why: Unusable, evidence: unknown) => void,
): (item: unknown, at: Moment) => Input[] | Unusable {
  return (item, at) => {
    if (isDeeper(item, MOST_LEVELS)) return tooDeep;
    const { observations, aliased, items, levels, quarantined } = readSource(settings, item, { nowMs: at.ms });
    const misfits: Unusable[] = quarantined.map(({ reason, detail }) => ({ reason, detail }));
    const inputs: Input[] = [];
    const take = (observation: ObservationInput, thing?: Thing): void => {
      const input = readObservation(observation, at);
      if ('reason' in input) misfits.push(input);
      else inputs.push(...input.map((one) => (thing ? { ...one, thing, bytes: one.bytes + THING_BYTES } : one)));
    };
    for (const observation of observations) take(observation);
    for (const { id, observation, excerpt } of aliased)
      take({ sku: id, ...observation }, { kind: 'alias', id, excerpt });
    for (const one of items) take(one.observation, { kind: 'item', id: one.id, item: one });
    for (const one of levels)
      take({ sku: one.id, observedAt: new Date(one.atMs).toISOString() }, { kind: 'level', id: one.id, level: one });
    const [first, ...others] = misfits;
    if (inputs.length === 0 && first !== undefined) {
      for (const why of others) aside(why, item);
      return first;
    }
    for (const why of misfits) aside(why, item);
    return inputs;
  };
}

/** Whether lists and objects stand in each other more than so many levels deep. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}
