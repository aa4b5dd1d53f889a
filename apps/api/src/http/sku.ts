import type { Request } from 'express';
import { Problem } from '../problem/problem.ts';

/** The SKU in the path, as it is stored. Throws a `validation` problem for a text that no SKU can be. */
export function skuOf(req: Request): string {
  return normalisedSku(String(req.params.sku));
}

/** A SKU as it is stored: NFC, without blanks around it. Throws a `validation` problem for a text that no SKU can be. */
export function normalisedSku(sku: string): string {
  const normal = sku.normalize('NFC').trim();
  if (normal === '' || normal.length > 256 || /[\p{Cc}\p{Cs}]/u.test(normal)) {
    const detail = 'A SKU has 1 to 256 characters, none of them control characters.';
    throw new Problem('validation', detail, { errors: [{ parameter: 'sku', code: 'invalid', detail }] });
  }
  return normal;
}
