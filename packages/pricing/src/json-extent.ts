/** How far a JSON document has come: still open, closed, or not JSON at all. */
export type Extent = 'open' | 'closed' | 'broken';

const quote = 34;
const backslash = 92;

/**
 * Follows a JSON object or array line by line until its brackets close, so that a document is parsed once, whole, and
 * never a fragment from inside it. Strings are skipped, so a bracket in a string counts for nothing.
 */
export class JsonExtent {
  #text = '';
  #depth = 0;

  /** The document so far. */
  get text(): string {
    return this.#text;
  }

  /** Takes the next line. Text after the closing bracket, but a comma or a fence, makes the document broken. */
  add(line: string): Extent {
    this.#text += this.#text === '' ? line : `\n${line}`;
    let inString = false;
    for (let at = 0; at < line.length; at += 1) {
      const code = line.charCodeAt(at);
      if (inString) {
        if (code === backslash) at += 1;
        else if (code === quote) inString = false;
      } else if (code === quote) inString = true;
      else if (code === 123 || code === 91) this.#depth += 1;
      else if (code === 125 || code === 93) {
        this.#depth -= 1;
        if (this.#depth === 0) return this.#close(line, at + 1);
      }
    }
    // JSON has no line break inside a string.
    return inString ? 'broken' : 'open';
  }

  #close(line: string, end: number): Extent {
    const rest = line.slice(end).trim();
    this.#text = this.#text.slice(0, this.#text.length - (line.length - end));
    return rest === '' || rest === ',' || rest.startsWith('```') ? 'closed' : 'broken';
  }
}
