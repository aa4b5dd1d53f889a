import { z } from 'zod';

/**
 * A body of lines, each of them JSON of one schema. `itemId` is the id of that schema, which must stand somewhere else in the document too;
 * the extension `x-lines` refers to it.
 */
export function ndjsonOf(itemId: string, example: object) {
  return z.string().meta({
    description: `One JSON object a line, each a ${itemId}`,
    example: `${JSON.stringify(example)}\n`,
    override: { 'x-lines': { $ref: `#/components/schemas/${itemId}` } },
  });
}

/** A body of CSV with a header line, RFC 4180. The extension `x-columns` lists the columns in their order, where that is fixed. */
export function csvOf(description: string, columns: readonly string[] | undefined, example: string) {
  return z.string().meta({ description, example, ...(columns && { override: { 'x-columns': [...columns] } }) });
}
