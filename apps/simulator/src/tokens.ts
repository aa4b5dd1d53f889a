const lettersPerToken = 10;
const digitsPerToken = 3;

const other = 0;
const letter = 1;
const digit = 2;
const space = 3;
const newline = 4;
const wide = 5;

const classes = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) classes[code] = classOf(code);

function classOf(code: number): number {
  if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return letter;
  if (code >= 48 && code <= 57) return digit;
  if (code === 32 || code === 9) return space;
  return code === 10 || code === 13 ? newline : other;
}

/**
 * How many tokens a text is, estimated by the rules that the o200k vocabulary splits by: a word with the one character
 * before it, up to three digits, a run of punctuation, a run of white space. Within 15 % of the true count on our
 * prompts and answers (tested), and some hundred times cheaper than a tokenizer.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let kind = newline;
  let length = 0;
  let isAfterOneSign = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const next = code < 128 ? (classes[code] as number) : wide;
    if (next === kind && next !== wide) {
      length += 1;
      continue;
    }
    tokens += runTokens(kind, length, next, isAfterOneSign);
    isAfterOneSign = kind === other && length === 1;
    kind = next;
    length = 1;
  }
  return tokens + runTokens(kind, length, newline, isAfterOneSign);
}

/** Tokens of a run of characters of one kind, before one of the kind `next`. */
function runTokens(kind: number, length: number, next: number, isAfterOneSign: boolean): number {
  if (kind === digit) return Math.ceil(length / digitsPerToken);
  if (kind === other) return Math.ceil(length / 2);
  // One sign and one letter are one token, `,r`.
  if (kind === letter) return length === 1 && isAfterOneSign ? 0 : Math.ceil(length / lettersPerToken);
  // The last blank before a word belongs to the word, before punctuation to the punctuation.
  if (kind === space && (next === letter || next === other)) return Math.min(1, length - 1);
  return Math.min(1, length);
}

/** The longest beginning of the text that is at most so many tokens. */
export function firstTokens(text: string, most: number): string {
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (countTokens(text.slice(0, middle)) <= most) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low);
}
