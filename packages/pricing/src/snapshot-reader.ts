import { type StatedPrice, statedPrice } from './competitor-price.ts';
import { currencyDigits, isCurrency } from './currency.ts';
import { type Fault, shown } from './fault.ts';
import { ForeignPrices } from './foreign-prices.ts';
import { parseInstant } from './instant.ts';
import { longestSku, normalSku, oneLine } from './merchant-text.ts';
import { minorOrRefused, moneyTakes } from './money.ts';
import { nearest } from './nearest.ts';
import type { Snapshot, SnapshotDefaults, SnapshotResult } from './snapshot.ts';
import { inconsistencies } from './snapshot-consistency.ts';
import { ownFields } from './snapshot-fields.ts';
import { snapshotLimits } from './snapshot-limits.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const plainNumber = /^\d{1,15}(?:\.\d{1,9})?$/;
const hourMs = 3_600_000;

/**
 * Reads one item, once: collects the known fields in one pass over the own keys, then checks field by field and gathers
 * every fault instead of stopping at the first. Plain code instead of a schema library, as the receiving path reads
 * 60,000 of these a second; `snapshotInput` is the same contract as a schema, and a test holds the two together.
 */
export class SnapshotReader {
  readonly #defaults: SnapshotDefaults;
  #faults: Fault[] | undefined;
  #digits = -1;
  #currencyCode = '';
  #foreign: ForeignPrices | undefined;

  constructor(defaults: SnapshotDefaults) {
    this.#defaults = defaults;
  }

  read(input: Record<string, unknown>): SnapshotResult {
    const { raw, ignored } = ownFields(input);
    const readSku = this.#sku(raw.sku);
    const readCurrency = this.#currency(raw.currency);
    const priceMinor = this.#price(raw.price);
    const snapshot: Writable<Snapshot> = {
      sku: readSku ?? '',
      currency: readCurrency,
      priceMinor,
      referenceMinor: priceMinor,
      competitorsMinor: this.#competitors(raw.competitors),
      observedAtMs: this.#observedAt(raw.observedAt),
    };
    if (raw.cost !== undefined) snapshot.costMinor = this.#money('cost', raw.cost, 0);
    if (raw.stock !== undefined) snapshot.stock = this.#number('stock', raw.stock, snapshotLimits.stock);
    if (raw.capacity !== undefined) snapshot.capacity = this.#number('capacity', raw.capacity, snapshotLimits.stock);
    if (raw.restockDays !== undefined) {
      snapshot.restockDays = this.#number('restockDays', raw.restockDays, snapshotLimits.restockDays);
    }
    if (raw.demand !== undefined) snapshot.demand = this.#number('demand', raw.demand, snapshotLimits.demand);
    if (raw.floor !== undefined) snapshot.floorMinor = this.#money('floor', raw.floor, 1);
    if (raw.ceiling !== undefined) snapshot.ceilingMinor = this.#money('ceiling', raw.ceiling, 1);
    if (raw.map !== undefined) snapshot.mapMinor = this.#money('map', raw.map, 1);
    if (raw.category !== undefined)
      snapshot.category = this.#text('category', raw.category, snapshotLimits.categoryLength);
    if (raw.title !== undefined) snapshot.title = this.#text('title', raw.title, snapshotLimits.titleLength);
    if (raw.strategy !== undefined) snapshot.strategy = this.#strategy(raw.strategy);

    if (this.#foreign !== undefined) snapshot.conversions = this.#foreign.conversions;

    if (this.#faults === undefined) {
      const contradictions = inconsistencies(snapshot);
      if (contradictions === undefined) return { ok: true, snapshot, ignored };
      this.#faults = contradictions;
    }
    const refused: SnapshotResult = { ok: false, faults: this.#faults };
    if (readSku !== undefined) refused.sku = readSku;
    return refused;
  }

  #fault(field: string, code: string, value: unknown, takes: string): void {
    this.#faults ??= [];
    this.#faults.push({ field, code, got: shown(value), takes });
  }

  #sku(value: unknown): string | undefined {
    const takes = `text of 1 to ${longestSku} characters, without control characters`;
    const text = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;
    if (text === undefined) this.#fault('sku', 'missing', value, takes);
    else if (typeof text !== 'string') this.#fault('sku', 'not-text', value, takes);
    else {
      const result = normalSku(text);
      if ('sku' in result) return result.sku;
      this.#fault('sku', result.code === 'empty' ? 'missing' : result.code, text, takes);
    }
    return undefined;
  }

  #currency(value: unknown): string {
    const code = value ?? this.#defaults.currency;
    if (typeof code === 'string' && isCurrency(code)) {
      this.#digits = currencyDigits(code);
      this.#currencyCode = code;
      return code;
    }
    if (code === undefined || code === '') {
      this.#fault('currency', 'missing', value, 'an ISO 4217 code such as "USD", here or for the whole submission');
      return '';
    }
    const upper = typeof code === 'string' && code.length === 3 ? code.toUpperCase() : '';
    const meant = isCurrency(upper) ? `; did you mean "${upper}"?` : '';
    this.#fault('currency', 'unknown-currency', code, `an ISO 4217 code in upper case, such as "USD"${meant}`);
    return '';
  }

  #price(value: unknown): number {
    if (value !== undefined) return this.#money('price', value, 1);
    this.#fault('price', 'missing', value, moneyTakes(Math.max(this.#digits, 0)));
    return 0;
  }

  /** Where the currency is unknown, its fault is told and amounts are left alone: nobody knows their decimals. */
  #money(field: string, value: unknown, leastMinor: number): number {
    const digits = this.#digits;
    if (digits < 0) return 0;
    if (typeof value === 'string' || typeof value === 'number') {
      const minor = minorOrRefused(value, digits);
      if (minor >= leastMinor) return minor;
      if (minor === 0) {
        this.#fault(field, 'not-positive', value, 'an amount above 0; leave it out if it is not known');
        return 0;
      }
    }
    this.#fault(field, 'not-money', value, moneyTakes(digits));
    return 0;
  }

  #number(field: string, value: unknown, most: number): number {
    const number = typeof value === 'string' && plainNumber.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= 0 && number <= most && !Object.is(number, -0)) return number;
    const code = typeof number === 'number' && !Number.isNaN(number) ? 'out-of-range' : 'not-a-number';
    this.#fault(field, code, value, `a plain number from 0 to ${most}`);
    return 0;
  }

  #competitors(value: unknown): readonly number[] {
    const minors: number[] = [];
    if (value === undefined) return minors;
    const takes = `a list of at most ${snapshotLimits.competitors} prices; in CSV separated by "|"`;
    const items: unknown = typeof value === 'string' ? value.split('|', snapshotLimits.competitors + 1) : value;
    if (!Array.isArray(items)) {
      if (typeof items === 'number') minors.push(this.#money('competitors/0', items, 1));
      else this.#fault('competitors', 'not-a-list', value, takes);
      return minors;
    }
    if (items.length > snapshotLimits.competitors) {
      this.#fault('competitors', 'too-many', value, takes);
      return minors;
    }
    for (let index = 0; index < items.length; index += 1) {
      const item: unknown = items[index];
      const cell = typeof item === 'string' ? item.trim() : item;
      if (cell === '' || cell === null || cell === undefined) continue;
      const stated = typeof cell === 'number' ? undefined : statedPrice(cell);
      if (stated === undefined) minors.push(this.#money(`competitors/${index}`, cell, 1));
      else this.#competitor(`competitors/${index}`, stated, minors);
    }
    return minors;
  }

  /** A price that may be of another currency than the SKU's. */
  #competitor(at: string, { price, currency }: StatedPrice, minors: number[]): void {
    const own = this.#currencyCode;
    const code = currency ?? own;
    if (own === '') return;
    if (typeof code !== 'string' || !isCurrency(code)) {
      const takes = 'an ISO 4217 code in upper case, such as "USD", or none for the currency of the SKU';
      this.#fault(`${at}/currency`, 'unknown-currency', code, takes);
      return;
    }
    const digits = currencyDigits(code);
    const minor = typeof price === 'string' || typeof price === 'number' ? minorOrRefused(price, digits) : -1;
    if (minor <= 0) {
      const fault = price === undefined ? 'missing' : minor === 0 ? 'not-positive' : 'not-money';
      this.#fault(`${at}/price`, fault, price, minor === 0 ? 'an amount above 0' : moneyTakes(digits));
    } else if (code === own) minors.push(minor);
    else {
      this.#foreign ??= new ForeignPrices(this.#defaults, own);
      this.#foreign.add({ currency: code, minor }, minors);
    }
  }

  #text(field: string, value: unknown, longest: number): string {
    const takes = `text of at most ${longest} characters`;
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') this.#fault(field, 'not-text', value, takes);
    else if (text.length > longest) this.#fault(field, 'too-long', value, takes);
    else {
      const line = oneLine(text);
      if (line !== undefined) return line;
      this.#fault(field, 'bad-characters', value, takes);
    }
    return '';
  }

  #strategy(value: unknown): string {
    const { strategies } = this.#defaults;
    if (typeof value === 'string' && strategies.has(value)) return value;
    const known = [...strategies];
    const meant = typeof value === 'string' ? nearest(value, known) : undefined;
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    this.#fault('strategy', 'unknown-strategy', value, `one of ${known.join(', ')}${hint}`);
    return '';
  }

  #observedAt(value: unknown): number {
    const { nowMs } = this.#defaults;
    if (value === undefined) return nowMs;
    const ms = typeof value === 'string' || typeof value === 'number' ? parseInstant(value) : undefined;
    if (ms === undefined) {
      const takes = 'an ISO 8601 time with its zone, such as "2026-11-21T09:30:00Z", or milliseconds since 1970';
      this.#fault('observedAt', 'not-a-time', value, takes);
    } else if (ms > nowMs + snapshotLimits.futureHours * hourMs) {
      this.#fault('observedAt', 'in-future', value, `a time at most ${snapshotLimits.futureHours} hours ahead`);
    } else return ms;
    return nowMs;
  }
}
