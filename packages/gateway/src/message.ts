const longestMessage = 300;

/** Secrets of the usual shapes: a key that is not ours must not reach a log either. */
const secretShape = /\b(?:Bearer\s+\S+|(?:sk|pk|rk|key)[-_][A-Za-z0-9_-]{8,})/gi;

/** Old keys may still stand in the answers to calls that are in flight; so many are remembered. */
const mostKeys = 1000;

/** Makes a gateway's words fit to show: keys masked, control characters gone, at most 300 characters. */
export class MessageFilter {
  #newest: readonly string[] = [];
  #longestFirst: readonly string[] = [];

  /** @param keys our API keys; each is masked wherever it stands. */
  constructor(keys: readonly string[]) {
    this.add(keys);
  }

  /** Further keys of ours; those before stay masked. */
  add(keys: readonly string[]): void {
    this.#newest = [...new Set([...keys, ...this.#newest])].filter((key) => key.length > 0).slice(0, mostKeys);
    // A key that begins another would else leave the other's tail standing.
    this.#longestFirst = this.#newest.toSorted((a, b) => b.length - a.length);
  }

  /** Masks before it shortens, so that no part of a key is left at the cut. */
  clean(text: string): string {
    let clean = text;
    for (const key of this.#longestFirst) clean = clean.replaceAll(key, '***');
    clean = clean
      .replace(secretShape, '***')
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim();
    return clean.length > longestMessage ? `${clean.slice(0, longestMessage - 1)}…` : clean;
  }
}
