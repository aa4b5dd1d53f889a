import type { Request } from 'express';
import type { z } from 'zod';
import { Problem, type ProblemPlace } from '../problem/problem.ts';
import { hasBody, pointerToken, readJsonObject, refuseUnknown } from './json-body.ts';
import { sentence } from './query.ts';

/**
 * Reads the JSON object of a control call by its schema. Members that the schema doesn't name are refused: a misspelt one must not be
 * dropped silently. Each message of the schema completes the sentence `"field" must be …`. Throws a Problem that points at each fault.
 */
export async function readControl<T extends z.ZodRawShape>(
  req: Request,
  schema: z.ZodObject<T>,
): Promise<z.infer<z.ZodObject<T>>> {
  const body = await readJsonObject(req);
  refuseUnknown(body, Object.keys(schema.shape));
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue): ProblemPlace => {
    const field = String(issue.path[0] ?? '');
    return { pointer: `/${pointerToken(field)}`, code: 'invalid', detail: `"${field}" must be ${issue.message}.` };
  });
  throw new Problem('validation', sentence(errors), { errors });
}

/** The same for a call that needs no body: none at all is an object without members. */
export async function readOptionalControl<T extends z.ZodRawShape>(
  req: Request,
  schema: z.ZodObject<T>,
): Promise<z.infer<z.ZodObject<T>>> {
  return hasBody(req) ? await readControl(req, schema) : schema.parse({});
}
