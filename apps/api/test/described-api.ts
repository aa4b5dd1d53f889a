import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { type ApiUnderTest, secrets } from './api-under-test.ts';

/** What a schema of text tells of its lines, columns or events. */
interface TextSchema {
  readonly 'x-lines'?: { readonly $ref: string };
  readonly 'x-columns'?: readonly string[];
  readonly 'x-events'?: Readonly<Record<string, { readonly $ref: string }>>;
}

interface Described {
  readonly $ref?: string;
  readonly description: string;
  readonly headers?: Record<string, unknown>;
  readonly content?: Record<string, { schema: TextSchema }>;
}

/** An operation of the document, with the place it stands at. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly method: string;
  /** Template, e.g. `/v1/batches/{id}`. */
  readonly path: string;
  readonly scope: 'public' | keyof typeof secrets;
  readonly summary: string;
  readonly parameters?: readonly { in: string; name: string; description?: string }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, Described>;
}

/** How an operation is called. */
export interface Given {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** Media type of the body. */
  readonly type?: string;
  readonly secret?: string;
  /** Whether the request itself may break its description. */
  readonly isWrong?: boolean;
  /** Of a stream: read on until each of these events came. */
  readonly untilEvents?: readonly string[];
}

/** What an operation answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape was checked against the document
  readonly body: any;
}

/** Longest that the events of a stream are waited for, in ms. */
const eventsMs = 20_000;

/** The API as its own description tells of it: every call and every answer is held to the document. */
export class DescribedApi {
  readonly document: Record<string, unknown>;
  readonly operations: ReadonlyMap<string, DescribedOperation>;
  /** Calls that were answered, as `operationId status`. */
  readonly seen = new Set<string>();
  readonly #api: ApiUnderTest;
  readonly #ajv: Ajv2020;
  readonly #checks = new Map<string, ValidateFunction>();

  private constructor(api: ApiUnderTest, document: Record<string, unknown>) {
    this.#api = api;
    this.document = document;
    this.operations = operationsOf(document);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    ajvFormats.default(this.#ajv);
    closeObjects(document);
    this.#ajv.addSchema(document, 'api');
  }

  static async read(api: ApiUnderTest): Promise<DescribedApi> {
    return new DescribedApi(api, (await (await api.call('/openapi.json')).json()) as Record<string, unknown>);
  }

  /** What is wrong with a value, by the schema at a JSON pointer into the document; empty if it fits. */
  faults(pointer: string, value: unknown): string {
    const check = this.#checks.get(pointer) ?? this.#ajv.compile({ $ref: `api#${pointer}` });
    this.#checks.set(pointer, check);
    return check(value) ? '' : this.#ajv.errorsText(check.errors, { dataVar: 'value' });
  }

  /** Calls an operation with the key of its scope. Throws where request or answer do not fit the document. */
  async call(id: string, given: Given = {}): Promise<Answered> {
    const operation = this.operations.get(id);
    if (operation === undefined) throw new Error(`There is no operation ${id}.`);
    if (given.isWrong !== true) this.#checkRequest(operation, given);
    const { scope, method } = operation;
    const secret = given.secret ?? (scope === 'public' ? '' : secrets[scope]);
    const headers: Record<string, string> = {
      authorization: secret === '' ? '' : `Bearer ${secret}`,
      ...given.headers,
    };
    const isText = typeof given.body === 'string';
    if (given.body !== undefined) headers['content-type'] = given.type ?? 'application/json';
    const body = given.body === undefined ? {} : { body: isText ? String(given.body) : JSON.stringify(given.body) };
    const response = await this.#api.call(urlOf(operation, given), { method, headers, ...body });
    const answered = await this.#read(response, given.untilEvents ?? []);
    const where = `${id} ${answered.status}`;
    this.seen.add(where);
    const wrong = this.#wrongAnswer(operation, answered);
    if (wrong !== '') throw new Error(`${where}: ${wrong}\n${answered.text.slice(0, 500)}`);
    return answered;
  }

  #checkRequest(operation: DescribedOperation, { query = {}, body, type = 'application/json' }: Given): void {
    const at = `${pointerTo(operation)}`;
    const named = operation.parameters?.flatMap(({ name, in: place }) => (place === 'query' ? [name] : [])) ?? [];
    for (const name of Object.keys(query)) {
      if (!named.includes(name)) throw new Error(`${operation.operationId}: the query ${name} is not described.`);
    }
    operation.parameters?.forEach(({ name, in: place }, i) => {
      if (place !== 'query' || query[name] === undefined) return;
      const wrong = this.faults(`${at}/parameters/${i}/schema`, query[name]);
      if (wrong !== '') throw new Error(`${operation.operationId}: ?${name}=${query[name]}: ${wrong}`);
    });
    if (body === undefined) return;
    if (operation.requestBody?.content[type] === undefined)
      throw new Error(`${operation.operationId}: a body of ${type} is not described.`);
    const wrong = this.faults(`${at}/requestBody/content/${token(type)}/schema`, body);
    if (wrong !== '') throw new Error(`${operation.operationId}: body: ${wrong}`);
  }

  #wrongAnswer(operation: DescribedOperation, { status, headers, text, body }: Answered): string {
    let pointer = `${pointerTo(operation)}/responses/${status}`;
    let reply = operation.responses[status];
    if (reply === undefined) return 'this status is not described';
    if (reply.$ref !== undefined) {
      pointer = reply.$ref.slice(1);
      reply = at(this.document, pointer) as Described;
    }
    const missing = ['x-request-id', ...(status === 503 || status === 429 ? ['retry-after'] : [])].filter(
      (name) => reply.headers?.[name] !== undefined && !headers.has(name),
    );
    if (missing.length > 0) return `without the header ${missing.join(', ')}`;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (reply.content === undefined) return text === '' ? '' : 'a body is not described';
    const content = reply.content[type];
    if (content === undefined) return `the content type "${type}" is not described`;
    const schema = `${pointer}/content/${token(type)}/schema`;
    const wrong = this.faults(schema, body ?? text);
    if (wrong !== '') return wrong;
    return this.#wrongText(content.schema, text);
  }

  #wrongText(schema: TextSchema, text: string): string {
    const { 'x-lines': lines, 'x-columns': columns, 'x-events': events } = schema;
    if (columns !== undefined && text.split('\r\n')[0] !== columns.join(',')) return 'other columns than described';
    const faultOf = ({ $ref }: { $ref: string }, json: string) => this.faults($ref.slice(1), JSON.parse(json));
    const faults: string[] = [];
    if (lines !== undefined) for (const line of text.split('\n')) if (line !== '') faults.push(faultOf(lines, line));
    if (events !== undefined) {
      for (const [, name = '', data = ''] of text.matchAll(/^event: (.+)\n(?:id: .+\n)?data: (.+)$/gm))
        faults.push(events[name] === undefined ? `the event ${name} is not described` : faultOf(events[name], data));
    }
    return faults.find((fault) => fault !== '') ?? '';
  }

  async #read(response: Response, events: readonly string[]): Promise<Answered> {
    const { status, headers } = response;
    const type = headers.get('content-type') ?? '';
    const text = type.startsWith('text/event-stream') ? await readEvents(response, events) : await response.text();
    const body: unknown = /^application\/(problem\+)?json\b/.test(type) ? JSON.parse(text) : undefined;
    return { status, headers, text, body };
  }
}

async function readEvents(response: Response, names: readonly string[]): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const late = setTimeout(() => void reader?.cancel(), eventsMs);
  let text = '';
  while (reader !== undefined && !names.every((name) => text.includes(`event: ${name}\n`))) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  clearTimeout(late);
  await reader?.cancel();
  return text.slice(0, text.lastIndexOf('\n\n') + 2);
}

/** Lets objects have no members but those described: a client must not mind others, but here each would be one that was forgotten. */
function closeObjects(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const object = node as Record<string, unknown>;
  if (object.type === 'object' && object.properties !== undefined) object.additionalProperties ??= false;
  for (const child of Object.values(object)) closeObjects(child);
}

function operationsOf(document: Record<string, unknown>): Map<string, DescribedOperation> {
  const paths = document.paths as Record<string, Record<string, DescribedOperation & { 'x-scope': string }>>;
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        operation.operationId,
        {
          ...operation,
          path,
          method: method.toUpperCase(),
          scope: operation['x-scope'] as DescribedOperation['scope'],
        },
      ]),
    ),
  );
}

function urlOf({ path }: DescribedOperation, { path: values = {}, query = {} }: Given): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'nosuch'));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

function pointerTo({ path, method }: DescribedOperation): string {
  return `/paths/${token(path)}/${method.toLowerCase()}`;
}

/** A name as part of a JSON pointer in the fragment of a URI. */
function token(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function at(document: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce((value, part) => (value as Record<string, unknown>)[decodeURIComponent(part)], document);
}
