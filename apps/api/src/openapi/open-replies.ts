import type { createDocument } from 'zod-openapi';

type Document = ReturnType<typeof createDocument>;

const methods = ['get', 'put', 'post'] as const;

/**
 * Lets every object that stands in replies alone have further members: a later release may add fields to a reply, and clients made from
 * this description must not mind. What a request may hold stays as strict as it is read.
 */
export function openReplies(document: Document): void {
  const schemas = document.components?.schemas ?? {};
  const inRequests = new Set<string>();
  const follow = (node: unknown): void => {
    for (const name of namesIn(node)) {
      if (inRequests.has(name)) continue;
      inRequests.add(name);
      follow(schemas[name]);
    }
  };
  const operations = Object.values(document.paths ?? {}).flatMap((path) => methods.flatMap((name) => path[name] ?? []));
  for (const { requestBody } of operations) follow(requestBody);
  for (const { responses } of operations) open(responses);
  for (const [name, schema] of Object.entries(schemas)) if (!inRequests.has(name)) open(schema);
}

/** Names of the schemas that a part of the document refers to. */
function namesIn(node: unknown): string[] {
  const refs = JSON.stringify(node ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return [...refs].map(([, name = '']) => name);
}

function open(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const object = node as Record<string, unknown>;
  if (object.additionalProperties === false) delete object.additionalProperties;
  for (const child of Object.values(object)) open(child);
}
