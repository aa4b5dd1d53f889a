import { StringDecoder } from 'node:string_decoder';
import { Problem } from '../problem/problem.ts';
import { type BodyParser, maxDepth, maxRowChars, type RowSink, rowFault, shown } from './row-sink.ts';

const quote = 34;
const backslash = 92;

/** Longest name of a member of the body that is read; the only one we know has five letters. */
const maxNameChars = 256;

/*
 *   start ──{──▶ name? ──"──▶ name ──"──▶ colon ──:──▶ list ──[──▶ item? ──▶ item ──▶ next ──,──▶ item
 *                 │ }                                               │ ]               │ ]
 *                 ▼                                                 └────────┬────────┘
 *                end ◀──────────────────────────────────────────── } ── member-end
 */
type State =
  | 'start'
  | 'name?'
  | 'name'
  | 'colon'
  | 'list'
  | 'item?'
  | 'item'
  | 'inside'
  | 'next'
  | 'member-end'
  | 'end';

/**
 * Cuts the items out of `{"items": […]}` as the bytes come, and parses each by itself, so that a body may be of any size. An item that is
 * not an object is rejected alone; JSON that is broken makes the whole body a `malformed-json`, since nothing after it can be trusted.
 */
export class JsonItemsParser implements BodyParser {
  readonly ignoredColumns = [];
  readonly #sink: RowSink;
  readonly #decoder = new StringDecoder('utf8');
  #state: State = 'start';
  /** Characters before the current chunk. */
  #before = 0;
  #name = '';
  #seenItems = false;
  #item = 0;
  /** The part of the current item that came with earlier chunks. */
  #partial = '';
  #oversize = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #scalar = false;
  #started = false;

  constructor(sink: RowSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    this.#scan(this.#decoder.write(chunk));
  }

  end(): void {
    this.#scan(this.#decoder.end());
    if (this.#state !== 'end') {
      throw this.#malformed(0, this.#state === 'start' ? 'the body is empty' : 'the body ends before the JSON does');
    }
    if (!this.#seenItems) throw missingItems();
  }

  #scan(text: string): void {
    let i = 0;
    if (!this.#started && text !== '') {
      this.#started = true;
      if (text.charCodeAt(0) === 0xfeff) i = 1;
    }
    while (i < text.length) {
      if (this.#state === 'inside') i = this.#scanItem(text, i);
      else if (this.#state === 'name') i = this.#scanName(text, i);
      else {
        const char = text.charCodeAt(i);
        if (char === 32 || char === 10 || char === 13 || char === 9) i++;
        else i = this.#step(text, i);
      }
    }
    this.#before += text.length;
  }

  /** Takes one structural character outside items and names. Returns where to go on. */
  #step(text: string, i: number): number {
    const char = text[i];
    switch (this.#state) {
      case 'start':
        if (char === '[') throw bareList();
        if (char !== '{') throw this.#malformed(i, 'the body must be an object: {"items": [ … ]}');
        this.#state = 'name?';
        return i + 1;
      case 'name?':
        if (char === '}' && !this.#seenItems) throw missingItems();
        if (char !== '"') throw this.#malformed(i, 'a member name is expected');
        this.#name = '';
        this.#state = 'name';
        return i + 1;
      case 'colon':
        if (char !== ':') throw this.#malformed(i, 'a colon is expected');
        if (this.#name !== 'items') throw unknownMember(this.#name);
        if (this.#seenItems) throw this.#malformed(i, '"items" stands there twice');
        this.#state = 'list';
        return i + 1;
      case 'list':
        if (char !== '[') {
          throw new Problem('validation', '"items" must be an array of snapshots.', {
            errors: [{ pointer: '/items', code: 'not-an-array', detail: '"items" must be an array.' }],
          });
        }
        this.#seenItems = true;
        this.#state = 'item?';
        return i + 1;
      case 'item?':
      case 'item':
        if (char === ']' && this.#state === 'item?') {
          this.#state = 'member-end';
          return i + 1;
        }
        if (char === ',' || char === ']' || char === '}' || char === ':')
          throw this.#malformed(i, 'an item is expected');
        this.#open();
        return i;
      case 'next':
        if (char === ',') this.#state = 'item';
        else if (char === ']') this.#state = 'member-end';
        else throw this.#malformed(i, 'a comma or the end of the items is expected');
        return i + 1;
      case 'member-end':
        // After the comma only another member could follow, and there is none that we know: its name is read to be told.
        if (char === ',') this.#state = 'name?';
        else if (char === '}') this.#state = 'end';
        else throw this.#malformed(i, 'the end of the object is expected');
        return i + 1;
      default:
        throw this.#malformed(i, 'something follows the end of the JSON');
    }
  }

  #open(): void {
    this.#item++;
    this.#partial = '';
    this.#oversize = false;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#scalar = false;
    this.#state = 'inside';
  }

  /** Runs to the end of the current item or of the text. */
  #scanItem(text: string, from: number): number {
    let i = from;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    const fresh = this.#partial === '' && !this.#oversize && depth === 0 && !inString && !this.#scalar;
    if (fresh) {
      const first = text.charCodeAt(i);
      this.#scalar = first !== quote && first !== 123 && first !== 91;
    }
    const scalar = this.#scalar;
    let done = false;
    for (; i < text.length && !done; i++) {
      const char = text.charCodeAt(i);
      if (inString) {
        if (escaped) escaped = false;
        else if (char === backslash) escaped = true;
        else if (char === quote) {
          inString = false;
          done = depth === 0;
        }
      } else if (scalar) {
        if (char === 44 || char === 93 || char === 125 || char === 32 || char === 10 || char === 13 || char === 9)
          break;
      } else if (char === quote) inString = true;
      else if (char === 123 || char === 91) {
        depth++;
        // Two levels are the body's own.
        if (depth + 2 > maxDepth) throw tooDeep(this.#item - 1);
      } else if (char === 125 || char === 93) {
        depth--;
        done = depth === 0;
      }
    }
    const ended = done || (scalar && i < text.length);
    this.#collect(text.slice(from, i));
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    if (ended) this.#close(i);
    return i;
  }

  #collect(piece: string): void {
    if (this.#oversize) return;
    this.#partial = this.#partial === '' ? piece : this.#partial + piece;
    if (this.#partial.length > maxRowChars) {
      this.#sink.fault(this.#item, rowFault('too-long', this.#partial, `items of at most ${maxRowChars} characters`));
      this.#oversize = true;
      this.#partial = '';
    }
  }

  #close(at: number): void {
    this.#state = 'next';
    const text = this.#partial;
    this.#partial = '';
    if (this.#oversize) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#malformed(
        at - text.length,
        `item ${this.#item} is not valid JSON: ${shown(text)}`,
        `/items/${this.#item - 1}`,
      );
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#sink.fault(this.#item, rowFault('not-an-object', text, 'an object'));
    } else if (text.includes('\ufffd')) this.#sink.fault(this.#item, rowFault('broken-utf8', text, 'UTF-8'));
    else this.#sink.row(this.#item, value as Record<string, unknown>);
  }

  #scanName(text: string, from: number): number {
    for (let i = from; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (this.#escaped) this.#escaped = false;
      else if (char === backslash) this.#escaped = true;
      else if (char === quote) {
        this.#name += text.slice(from, i);
        this.#state = 'colon';
        return i + 1;
      }
      if (this.#name.length + i - from > maxNameChars) throw unknownMember(this.#name + text.slice(from, i));
    }
    this.#name += text.slice(from);
    return text.length;
  }

  #malformed(at: number, what: string, pointer?: string): Problem {
    const position = Math.max(0, this.#before + at);
    return new Problem('malformed-json', `The body is not valid JSON at character ${position}: ${what}.`, {
      members: { position },
      ...(pointer && { errors: [{ pointer, code: 'malformed-json', detail: what }] }),
    });
  }
}

function bareList(): Problem {
  const detail =
    'The body is a list, and must be an object: {"items": [ … ]}; or NDJSON, an object a line, sent as application/x-ndjson.';
  return new Problem('malformed-json', detail, { members: { position: 0 } });
}

function unknownMember(name: string): Problem {
  return new Problem('unknown-field', `The body takes "items" only, not "${shown(name)}".`, {
    errors: [{ pointer: `/${shown(name)}`, code: 'unknown-field', detail: 'The body takes "items" only.' }],
  });
}

function missingItems(): Problem {
  return new Problem('validation', 'The body needs "items", an array of snapshots.', {
    errors: [{ pointer: '/items', code: 'missing', detail: '"items" is missing.' }],
  });
}

function tooDeep(index: number): Problem {
  return new Problem('too-deep', `JSON may be nested ${maxDepth} levels deep.`, {
    errors: [{ pointer: `/items/${index}`, code: 'too-deep', detail: `Nested deeper than ${maxDepth} levels.` }],
  });
}
