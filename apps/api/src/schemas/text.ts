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

/**
 * A stream of server-sent events, by the name of the event the schema of its data, each with an id. The extension `x-events` refers to
 * them; the operation must name them in its `schemas` where no other refers to them.
 */
export function eventsOf(events: Readonly<Record<string, z.ZodType>>, example: string) {
  const refs = Object.entries(events).map(([name, schema]) => {
    const id = schema.meta()?.id;
    if (id === undefined) throw new Error(`The schema of the event ${name} has no id.`);
    return [name, { $ref: `#/components/schemas/${id}` }];
  });
  return z.string().meta({
    description: 'Server-sent events; `x-events` names the schema of the data of each',
    example,
    override: { 'x-events': Object.fromEntries(refs) },
  });
}
