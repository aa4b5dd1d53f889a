import { readAmazon } from './amazon.ts';
import { isListings, readListings } from './amazon-listings.ts';
import { readGenericJson } from './generic-json.ts';
import { googleColumns, readGoogleMerchant } from './google-merchant.ts';
import { Reading } from './reading.ts';
import type { SourceSettings } from './settings.ts';
import { readShopify } from './shopify.ts';
import type { Headers } from './signature.ts';
import type { TableLine } from './table-reader.ts';
import { readWoocommerce } from './woocommerce.ts';

/** What an adapter is told beside the payload. */
export interface ReadContext {
  readonly nowMs: number;
  /** Of the request, where there is one. */
  readonly headers?: Headers;
}

/** Reads a JSON payload of a source. Whatever it cannot use stands in `quarantined`, with the reason; it never throws. */
export function readSource(settings: SourceSettings, payload: unknown, context: ReadContext): Reading {
  const { headers = {} } = context;
  switch (settings.kind) {
    case 'shopify':
      return readShopify(payload, settings, headers);
    case 'amazon':
      return readAmazon(payload, settings);
    case 'woocommerce':
      return readWoocommerce(payload, settings, headers);
    case 'json':
      return readGenericJson(payload, settings);
    case 'google-merchant': {
      const reading = new Reading();
      reading.quarantine('shape', 'This source takes product feeds in TSV, no JSON.', payload);
      return reading;
    }
  }
}

/** What a source needs of a table's columns, in words; undefined if this table is one that it reads. */
export function tableFault(settings: SourceSettings, columns: readonly string[]): string | undefined {
  if (settings.kind === 'amazon')
    return isListings(columns) ? undefined : 'An amazon source takes tables with the columns asin1 and seller-sku.';
  if (settings.kind !== 'google-merchant') return `A ${settings.kind} source takes JSON, no tables.`;
  const missing = googleColumns.filter((name) => !columns.includes(name));
  return missing.length === 0 ? undefined : `The table has no column ${missing.join(', ')}.`;
}

/** Reads lines of a table whose columns suit the source. */
export function readTable(settings: SourceSettings, lines: readonly TableLine[], { nowMs }: ReadContext): Reading {
  return settings.kind === 'amazon' ? readListings(lines) : readGoogleMerchant(lines, nowMs);
}
