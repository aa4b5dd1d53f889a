import type { Answer, Bytes, Parts } from '../raw-http.ts';
import type { Json, Stand, Who } from '../stand.ts';

/** One row of the table of hostile inputs. */
export interface HostileCase {
  /** Its number in the table; `36b` is the same input at another door. */
  readonly row: string;
  readonly name: string;
  /** A function makes it when its turn has come. */
  readonly send: Parts | Bytes | ((stand: Stand) => Promise<Parts>);
  /** Whose key is sent; `write` unless told otherwise. */
  readonly who?: Who;
  readonly status: number | readonly number[];
  /** The name of the problem type, for an answer that is a refusal. */
  readonly problem?: string;
  /** What else must hold; gives what does not. */
  readonly holds?: (answer: Answer, stand: Stand) => Promise<string | undefined> | string | undefined;
  /** Made ready before the request is sent. */
  readonly given?: (stand: Stand) => Promise<unknown>;
  /** Where the product's answer is another than the table's, and by what it is the right one. */
  readonly deviates?: string;
  /** Takes seconds: only in `npm run test:security`. */
  readonly slow?: boolean;
}

/** A family of the table. */
export interface Family {
  readonly name: string;
  readonly cases: readonly HostileCase[];
}

const types = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;

/** An upload. */
export function upload(body: string | Buffer, type: keyof typeof types | '' = 'ndjson', query = ''): Parts {
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': types[type] };
  return { method: 'POST', path: `/v1/batches${query}`, headers, body };
}

/** A call whose body is JSON; a string is sent as it is. */
export function post(path: string, body: unknown, method = 'POST'): Parts {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, path, headers: { 'content-type': types.json }, body: text };
}

/** A job of the items, at the small door. */
export function job(...items: unknown[]): Parts {
  return post('/v1/jobs', { items });
}

/** Observations. */
export function observe(body: string, type: string = types.ndjson): Parts {
  return { method: 'POST', path: '/v1/observations', headers: { 'content-type': type }, body };
}

/** That so many observations were taken (or were stale) and so many rejected. */
export function observed(taken: number, rejected: number): NonNullable<HostileCase['holds']> {
  return (answer) => {
    const told = JSON.parse(answer.body) as Json;
    const isRight = Number(told.accepted) + Number(told.stale) === taken && told.rejected === rejected;
    return isRight ? undefined : `instead of ${taken} and ${rejected}: ${answer.body.slice(0, 300)}`;
  };
}

/** A snapshot that nothing is wrong with. */
export const good = (sku: string): Record<string, unknown> => ({ sku, price: '12.90', currency: 'USD' });

/** That so many rows were taken and so many rejected, and as many as were sent; with `code`, that a fault bears it. */
export function counts(total: number, rejected: number, code?: string): NonNullable<HostileCase['holds']> {
  return async (answer, stand) => {
    const batch = JSON.parse(answer.body) as Json;
    if (batch.total !== total || batch.rejected !== rejected)
      return `total ${batch.total}, rejected ${batch.rejected} instead of ${total} and ${rejected}`;
    if (code === undefined) return undefined;
    const list = await stand.call('read', { path: `/v1/batches/${batch.id}/rejections` });
    return list.body.includes(`"code":"${code}"`)
      ? undefined
      : `no rejection with code ${code}: ${list.body.slice(0, 300)}`;
  };
}

/** That the refusal points at the place. */
export function pointsAt(pointer: string): NonNullable<HostileCase['holds']> {
  return (answer) => {
    const { errors } = JSON.parse(answer.body) as {
      errors?: { pointer?: string; parameter?: string; header?: string }[];
    };
    const places = errors?.map((error) => error.pointer ?? error.parameter ?? error.header) ?? [];
    return places.includes(pointer) ? undefined : `points at ${JSON.stringify(places)}, not at ${pointer}`;
  };
}

/** A GET. */
export const get = (path: string): Parts => ({ path });

/** One row of the table, in short. */
export const line = (
  row: string,
  name: string,
  send: HostileCase['send'],
  status: HostileCase['status'],
  problem?: string,
  more: Partial<HostileCase> = {},
): HostileCase => ({
  row,
  name,
  send,
  status,
  ...(problem !== undefined && { problem }),
  ...more,
});
