import { confidenceOf, priceProblem, type ReplyRow, reasonOf } from './reply-fields.ts';
import type { RowClaim } from './reply-line.ts';

type JsonObject = Record<string, unknown>;

const priceKey = /"price"\s*:/g;

/**
 * The rows of one whole JSON document: an object, an array of objects, or an object with one such array. Nothing is
 * searched deeper and nothing repaired: text that is not valid as a whole gives no row, and neither does one that names
 * `price` more often than it has rows, as JSON.parse silently takes the last of two.
 */
export function readJson(text: string, rowCount: number): RowClaim[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const items = itemsOf(value);
  if ((text.match(priceKey)?.length ?? 0) > items.length) return [];
  return items.flatMap((item) => claimOf(item, rowCount, items.length) ?? []);
}

function itemsOf(value: unknown): JsonObject[] {
  if (Array.isArray(value)) return value.filter(isObject);
  if (!isObject(value)) return [];
  if (Object.hasOwn(value, 'price') || Object.hasOwn(value, 'row')) return [value];
  const lists = Object.values(value).filter((member) => Array.isArray(member));
  const [list] = lists;
  return lists.length === 1 && list !== undefined ? list.filter(isObject) : [];
}

function claimOf(item: JsonObject, rowCount: number, itemCount: number): RowClaim | undefined {
  const row = rowOf(own(item, 'row'), rowCount, itemCount);
  if (row === undefined) return undefined;
  const price = own(item, 'price');
  const text = typeof price === 'number' || typeof price === 'string' ? String(price).trim() : '';
  const problem = priceProblem(text);
  if (problem !== undefined) return { row, problem };
  const reason = own(item, 'reason');
  const claim: ReplyRow = { row, price: text, reason: typeof reason === 'string' ? reasonOf(reason) : 'other' };
  const confidence = own(item, 'confidence');
  const known =
    typeof confidence === 'number' || typeof confidence === 'string' ? confidenceOf(String(confidence)) : undefined;
  if (known !== undefined) claim.confidence = known;
  return claim;
}

/** Only a pack of one may leave the row out: anywhere else counting along would be guessing. */
function rowOf(value: unknown, rowCount: number, itemCount: number): number | undefined {
  if (value === undefined) return rowCount === 1 && itemCount === 1 ? 1 : undefined;
  if (typeof value === 'string' && /^\d{1,6}$/.test(value)) return Number(value);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function own(item: JsonObject, key: string): unknown {
  return Object.hasOwn(item, key) ? item[key] : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
