import { z } from 'zod';
import type { AcknowledgedPrice } from '../sink.ts';
import type { Answer } from './target.ts';

const answerSchema = z.object({
  items: z.array(
    z.object({
      sku: z.string(),
      price: z.union([z.string(), z.number()]).transform(String),
    }),
  ),
});

/** What an answer `{"items": [{"sku", "price"}]}` says was taken; undefined where it is no such answer, or longer than is read. */
export function acknowledgedPrices({ body, isCut }: Answer): readonly AcknowledgedPrice[] | undefined {
  if (isCut || body.length === 0) return undefined;
  try {
    return answerSchema.safeParse(JSON.parse(body.toString())).data?.items;
  } catch {
    return undefined;
  }
}
