/** Names longer than this are never a slip of the pen, and comparing them would cost too much. */
const longestName = 64;

/**
 * The known name that was probably meant, for "did you mean": the same but for case and punctuation, else one that
 * contains it as a word (`Variant SKU` for `sku`), else the closest by at most a third of its letters. Undefined if
 * none is close.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > longestName) return undefined;
  const wanted = plain(name);
  if (wanted === '') return undefined;
  const words = wordsOf(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    if (candidate.length > longestName) continue;
    const distance = distanceTo(candidate, wanted, words);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** 0 for the same word, 0.5 for a shared whole word, else the edits between them, or Infinity if too many. */
function distanceTo(candidate: string, wanted: string, words: readonly string[]): number {
  const other = plain(candidate);
  if (other === wanted) return 0;
  if (wordsOf(candidate).includes(wanted) || words.includes(other)) return 0.5;
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
  if (other.length < 2 || Math.abs(other.length - wanted.length) > allowed) return Number.POSITIVE_INFINITY;
  const distance = edits(wanted, other);
  return distance <= allowed && distance < wanted.length ? distance : Number.POSITIVE_INFINITY;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Edits between two words, a swap of neighbours being one (optimal string alignment). */
function edits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
