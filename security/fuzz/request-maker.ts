import { Chance } from '../../scripts/chance.ts';
import { requestBytes } from '../raw-http.ts';
import { type Door, doors, ownRoutes } from '../routes.ts';
import { bearer, type Who } from '../stand.ts';
import { mutated, oddTexts, oddValue } from './odd-values.ts';

/** One request of a fuzz run. */
export interface FuzzRequest {
  readonly bytes: Buffer;
  readonly head: boolean;
  /** It may leave the server waiting for more, or be no request at all: no answer is no fault. */
  readonly broken: boolean;
  /** To Bull Board, whose refusals are JSON of its own. */
  readonly board: boolean;
  readonly shown: string;
}

/** What the requests are made of beside chance. */
export interface Vocabulary {
  /** Names of fields and parameters, and values of enumerations, as /openapi.json has them. */
  readonly words: readonly string[];
  /** Ids of batches and jobs, and SKUs, that are there. */
  readonly ids: readonly string[];
}

const types = [
  'application/json',
  'application/x-ndjson',
  'text/csv',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/json; charset=utf-16',
  '',
  'application/json;charset="utf-8"',
  'multipart/form-data; boundary=x',
];
const oddHeaders: readonly (readonly [string, string])[] = [
  ['content-encoding', 'gzip'],
  ['accept', 'text/html'],
  ['accept', '*/*;q=nonsense'],
  ['if-none-match', '*'],
  ['if-none-match', 'W/"x"'],
  ['range', 'bytes=0-18446744073709551615'],
  ['idempotency-key', 'same'],
  ['idempotency-key', ''],
  ['idempotency-key', 'x'.repeat(300)],
  ['last-event-id', '0-0'],
  ['last-event-id', 'x'],
  ['x-request-id', '{"level":60}'],
  ['origin', 'https://evil.test'],
  ['sec-fetch-site', 'cross-site'],
  ['cookie', 'reprice_session=a.9.b'],
  ['cookie', '=;=;;a'],
  ['x-forwarded-proto', 'https'],
  ['x-forwarded-for', '1.2.3.4, x'],
  ['expect', '100-continue'],
  ['transfer-encoding', 'identity'],
  ['content-type', 'application/json'],
  ['accept-language', '\u0000'.replace('\0', '~')],
  ['host', 'evil.test'],
  ['te', 'trailers'],
  ['prefer', 'wait=5'],
];
const callers: readonly Who[] = ['none', 'read', 'write', 'write', 'admin', 'admin', 'admin'];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];

/** Makes requests, random and mutated, for all doors of the API: the same seed and number give the same one. */
export class RequestMaker {
  readonly #seed: number;
  readonly #vocabulary: Vocabulary;
  readonly #doors: readonly Door[];
  readonly #queries: ReadonlyMap<string, readonly string[]>;

  constructor(seed: number, vocabulary: Vocabulary) {
    this.#seed = seed;
    this.#vocabulary = vocabulary;
    const own = ownRoutes();
    // Our own are what is asked for most: Bull Board's have been looked at by others.
    const all = doors();
    const ours = all.filter(({ board }) => !board);
    const uploads = ours.filter(({ method, path }) => method === 'POST' && /^\/v1\/\w+$/.test(path));
    this.#doors = [...all, ...ours, ...ours, ...Array.from({ length: 8 }, () => uploads).flat()];
    this.#queries = new Map(
      own.map(({ method, path, about }) => [`${method} ${path}`, Object.keys(about?.query ?? {})]),
    );
  }

  make(number: number): FuzzRequest {
    const chance = new Chance(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    const door = chance.pick(this.#doors);
    const method = chance.next() < 0.9 ? door.method : chance.pick(methods);
    const path = this.#path(door, chance);
    const who = chance.pick(callers);
    const headers: Record<string, string> = { ...bearer(who) };
    const writes = method !== 'GET' && method !== 'HEAD';
    let body: Buffer | undefined;
    if (writes ? chance.next() < 0.9 : chance.next() < 0.05) {
      const type = this.#typeFor(door, chance);
      if (type !== '') headers['content-type'] = type;
      body = this.#body(type, chance);
      if (chance.next() < 0.25) body = mutated(body, chance);
    }
    for (let more = chance.below(5) - 2; more > 0; more--) {
      const [name, value] = chance.next() < 0.9 ? chance.pick(oddHeaders) : ['x-odd', line(chance.pick(oddTexts))];
      if (name !== 'content-type' || body === undefined) headers[name] = value;
    }
    let bytes = requestBytes({ method, path, headers, ...(body !== undefined && { body }) });
    const broken = chance.next() < 0.02 || headers['transfer-encoding'] !== undefined;
    if (broken) bytes = mutated(bytes, chance);
    const shown = `#${number} ${who} ${bytes
      .subarray(0, 400)
      .toString('latin1')
      .replaceAll(/Bearer \S+/g, 'Bearer …')}`;
    return { bytes, head: method === 'HEAD' && !broken, broken, board: door.board, shown };
  }

  #path({ method, path }: Door, chance: Chance): string {
    const { ids, words } = this.#vocabulary;
    const filled = path.replaceAll(/:(\w+)/g, () => {
      const value =
        chance.next() < 0.5 ? chance.pick(ids) : chance.next() < 0.5 ? chance.pick(oddTexts) : chance.pick(words);
      return chance.next() < 0.85 ? encodeURIComponent(value.toWellFormed()) : line(value).replaceAll(' ', '%20');
    });
    const known = this.#queries.get(`${method} ${path}`) ?? [];
    const parameters = Array.from({ length: chance.next() < 0.65 ? 0 : 1 + chance.below(3) }, () => {
      const name = known.length > 0 && chance.next() < 0.85 ? chance.pick(known) : chance.pick(words);
      // A wait is bounded, or a lane would do nothing else for a minute.
      const value =
        name === 'wait'
          ? chance.pick(['0', '0.05', '0.1', '-1', '61', 'x', '1e1'])
          : chance.pick(chance.next() < 0.5 ? oddTexts : [...ids, ...words]);
      return `${encodeURIComponent(name)}=${chance.next() < 0.9 ? encodeURIComponent(value.toWellFormed()) : line(value).replaceAll(' ', '+')}`;
    });
    return (filled + (parameters.length > 0 ? `?${parameters.join('&')}` : '')).replaceAll(/[^\x21-\x7e]/g, '%C3%A9');
  }

  #typeFor({ path }: Door, chance: Chance): string {
    if (chance.next() < 0.15) return chance.pick(types);
    if (path === '/login') return 'application/x-www-form-urlencoded';
    return path === '/v1/batches' || path === '/v1/observations' ? chance.pick(types.slice(0, 3)) : 'application/json';
  }

  #body(type: string, chance: Chance): Buffer {
    const { words } = this.#vocabulary;
    if (type === 'text/csv') {
      const columns = [
        'sku',
        'price',
        'currency',
        ...Array.from({ length: chance.below(4) }, () => chance.pick(words)),
      ];
      const row = (): string => columns.map((column) => this.#cell(column, chance)).join(',');
      return Buffer.from(
        [columns.join(','), ...Array.from({ length: chance.below(6) }, row)].join(chance.pick(['\n', '\r\n', '\r'])),
      );
    }
    if (type === 'application/x-ndjson')
      return Buffer.from(
        Array.from({ length: 1 + chance.below(5) }, () => JSON.stringify(this.#snapshot(chance))).join('\n'),
      );
    if (type.startsWith('application/x-www-form'))
      return Buffer.from(
        `key=${encodeURIComponent(chance.pick(oddTexts).toWellFormed())}&next=${encodeURIComponent(chance.pick(words))}`,
      );
    const object = Object.fromEntries(
      Array.from({ length: chance.below(4) }, () => [chance.pick(words), oddValue(chance, words)]),
    );
    const shapes: readonly (() => unknown)[] = [
      () => ({ items: Array.from({ length: chance.below(4) }, () => this.#snapshot(chance)) }),
      () => ({ items: [this.#snapshot(chance)], ...object }),
      () => object,
      () => ({
        [chance.pick([
          'limitUsd',
          'spentUsd',
          'rpm',
          'tpm',
          'ids',
          'limit',
          'reason',
          'batch',
          'frozen',
          'note',
          'revision',
          'dryRun',
        ])]: oddValue(chance, words),
      }),
      () => oddValue(chance, words, 6),
    ];
    return Buffer.from(JSON.stringify(chance.pick(shapes)()) ?? '');
  }

  #snapshot(chance: Chance): unknown {
    const snapshot: Record<string, unknown> = { sku: `fuzz-${chance.below(500)}`, price: '12.90', currency: 'USD' };
    if (chance.next() < 0.5) {
      const fields = [
        'sku',
        'price',
        'currency',
        'cost',
        'stock',
        'capacity',
        'restockDays',
        'demand',
        'competitors',
        'floor',
        'ceiling',
        'map',
        'category',
        'title',
        'strategy',
        'observedAt',
      ];
      snapshot[chance.pick(fields)] = oddValue(chance, this.#vocabulary.words, 2);
    }
    if (chance.next() < 0.1) Object.defineProperty(snapshot, chance.pick(oddTexts), { value: 1, enumerable: true });
    return snapshot;
  }

  #cell(column: string, chance: Chance): string {
    if (chance.next() < 0.7)
      return { sku: `fuzz-${chance.below(500)}`, price: '12.90', currency: 'USD' }[column] ?? '1';
    const text = chance.pick(oddTexts);
    return chance.next() < 0.5 ? `"${text.replaceAll('"', '""')}"` : text;
  }
}

/** On one line: a header or path with a line end in it would be another request. */
function line(text: string): string {
  return text.replaceAll(/[\r\n\0]/g, '~').slice(0, 2000);
}
