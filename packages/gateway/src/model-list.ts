import { z } from 'zod';

const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });

/** The names in the body of `GET /models`; undefined where it is no such list, or an empty one. */
export function modelNames(body: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { success, data: list } = modelList.safeParse(value);
  return success && list.data.length > 0 ? list.data.map((model) => model.id) : undefined;
}
