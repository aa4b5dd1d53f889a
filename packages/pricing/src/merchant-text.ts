/** The longest SKU in UTF-16 code units, as every key, URL and table must carry it. */
export const longestSku = 256;

const plainSku = /^[\x21-\x7e]{1,256}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controlRuns = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A SKU in its one accepted form, or the code of what is wrong with it. */
export type SkuResult = { sku: string } | { code: 'empty' | 'too-long' | 'bad-characters' };

/**
 * The one form of a SKU: Unicode NFC, blanks around it cut, then exact, 1 to 256 characters. So `é` typed as one or as
 * two code points is one SKU, while look-alikes of other alphabets stay different. Control characters and lone
 * surrogates are refused: neither survives logs, terminals and UTF-8.
 */
export function normalSku(text: string): SkuResult {
  if (plainSku.test(text)) return { sku: text };
  // Before any other work: normalizing 2 MB costs more than refusing them.
  if (text.length > 4 * longestSku) return { code: 'too-long' };
  if (control.test(text) || !text.isWellFormed()) return { code: 'bad-characters' };
  const sku = text.normalize('NFC').trim();
  if (sku === '') return { code: 'empty' };
  return sku.length > longestSku ? { code: 'too-long' } : { sku };
}

/** Free text (title, category) on one line: control characters become blanks. Undefined for lone surrogates. */
export function oneLine(text: string): string | undefined {
  if (!text.isWellFormed()) return undefined;
  return control.test(text) ? text.replaceAll(controlRuns, ' ').trim() : text;
}
