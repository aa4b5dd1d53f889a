import { shown } from '@reprice/pricing';
import { idOf } from './json-members.ts';
import { valueAt } from './json-pointer.ts';
import { Reading } from './reading.ts';
import type { SettingsOf } from './settings.ts';

type Fields = SettingsOf<'json'>['fields'];

/** Reads JSON of any shape by the pointers of the config. What a pointer does not hit is not told by that item. */
export function readGenericJson(payload: unknown, settings: SettingsOf<'json'>): Reading {
  const reading = new Reading();
  const found = valueAt(payload, settings.items ?? '');
  if (found === undefined || (settings.items !== undefined && !Array.isArray(found))) {
    reading.quarantine('shape', `There is no list of items at ${settings.items}.`, payload);
    return reading;
  }
  for (const item of Array.isArray(found) ? found : [found]) readItem(item, settings, reading);
  return reading;
}

function readItem(item: unknown, settings: SettingsOf<'json'>, reading: Reading): void {
  const { fields, currency } = settings;
  const named = valueAt(item, fields.sku);
  const sku = idOf(named);
  if (sku === undefined) {
    const detail = `At ${fields.sku} stands ${shown(named)}; a SKU is a text, or a whole number below 2^53.`;
    reading.quarantine('no-sku', detail, item);
    return;
  }
  const observation: Record<string, unknown> = { sku };
  const { sku: _, observedAt, competitors, ...plain } = fields;
  for (const [name, pointer] of Object.entries(plain)) {
    const value = pointer === undefined ? undefined : valueAt(item, pointer);
    if (value !== undefined) observation[name] = value;
  }
  const others = competitors === undefined ? undefined : competitorsOf(item, competitors, currency);
  if (others !== undefined) observation.competitors = others;
  if (Object.keys(observation).length === 1) {
    reading.quarantine('no-fields', 'None of the fields that the config names is to be found in it.', item);
    return;
  }
  if (currency !== undefined) observation.currency ??= currency;
  if (observedAt !== undefined) {
    const value = valueAt(item, observedAt);
    const time = timeOf(value, settings.time);
    if (time === undefined) {
      const detail = `At ${observedAt} stands ${shown(value)}, which is no time (${settings.time}).`;
      reading.quarantine('not-a-time', detail, item);
      return;
    }
    observation.observedAt = time;
  }
  reading.observations.push(observation);
}

function competitorsOf(item: unknown, where: NonNullable<Fields['competitors']>, currency: string | undefined) {
  if (typeof where === 'string') return valueAt(item, where);
  const list = valueAt(item, where.list);
  if (!Array.isArray(list)) return list;
  return list.map((one) => {
    const own = where.currency === undefined ? undefined : valueAt(one, where.currency);
    const price = valueAt(one, where.price);
    const priced = own ?? currency;
    return priced === undefined ? price : { price, currency: priced };
  });
}

/** As an observation states it; undefined if it is no time of this kind. */
function timeOf(value: unknown, kind: SettingsOf<'json'>['time']): string | number | undefined {
  if (kind === 'iso') return typeof value === 'string' ? value : undefined;
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return Math.round(kind === 'seconds' ? number * 1000 : number);
}
