const longestMessage = 300;

/** Secrets of the usual shapes: a key that is not ours must not reach a log either. */
const secretShape = /\b(?:Bearer\s+\S+|(?:sk|pk|rk|key)[-_][A-Za-z0-9_-]{8,})/gi;

/** Makes a gateway's words fit to show: keys masked, control characters gone, at most 300 characters. */
export class MessageFilter {
  readonly #keys: readonly string[];

  /** @param keys our API keys; each is masked wherever it stands. */
  constructor(keys: readonly string[]) {
    // Longest first: a key that begins another would else leave the other's tail standing.
    this.#keys = keys.filter((key) => key.length > 0).sort((a, b) => b.length - a.length);
  }

  /** Masks before it shortens, so that no part of a key is left at the cut. */
  clean(text: string): string {
    let clean = text;
    for (const key of this.#keys) clean = clean.replaceAll(key, '***');
    clean = clean
      .replace(secretShape, '***')
      .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim();
    return clean.length > longestMessage ? `${clean.slice(0, longestMessage - 1)}…` : clean;
  }
}
