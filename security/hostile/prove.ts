import { type Answer, type Bytes, cut, exchange, type Parts, requestBytes, Wire } from '../raw-http.ts';
import { bearer, type Stand, type Who } from '../stand.ts';
import { type Family, good, type HostileCase, upload } from './hostile-case.ts';

/** How one case went: `faults` is empty when all that had to hold did. */
export interface Verdict {
  readonly family: string;
  readonly row: string;
  readonly name: string;
  readonly status: number;
  readonly faults: readonly string[];
  readonly deviates: string | undefined;
}

/** What an answer must never hold: a stack, a path of the source, a name of the runtime. */
const telltale =
  /node_modules|\bat \S+ \(|\.[cm]?[jt]s:\d+|\/work\/|\/home\/|TypeError|RangeError|SyntaxError|ioredis|ReplyError/;

/** More than this beside what the API held when it was warm would be a leak or a bomb, in MB. */
const mostGrowthMb = 250;

/** Sends the cases one after the other, and after each asks whether the API is what it was. */
export class Prover {
  readonly verdicts: Verdict[] = [];
  readonly #stand: Stand;
  #warmMb: number | undefined;
  #mostMb = 0;
  #goods = 0;

  constructor(stand: Stand) {
    this.#stand = stand;
  }

  /** The most memory that the API held after a case, and what it held when warm, in MB. */
  get memory(): { warmMb: number; mostMb: number } {
    return { warmMb: Math.round(this.#warmMb ?? 0), mostMb: Math.round(this.#mostMb) };
  }

  async prove(family: Family, one: HostileCase): Promise<Verdict> {
    this.#warmMb ??= this.#stand.rssMb();
    const faults: string[] = [];
    const wire = new Wire(this.#stand.url);
    let answer: Answer;
    try {
      await one.given?.(this.#stand);
      const send = typeof one.send === 'function' ? await one.send(this.#stand) : one.send;
      const parts = typeof send === 'object' && 'path' in send ? send : undefined;
      answer = await wire.ask(bytesOf(send, one.who), { head: parts?.method === 'HEAD' });
      faults.push(...(await this.#judge(one, answer)));
      if (!answer.closed && wire.isOpen && parts !== undefined) faults.push(...(await this.#sameConnection(wire)));
    } finally {
      wire.close();
    }
    faults.push(...(await this.#aftermath()));
    const verdict = {
      family: family.name,
      row: one.row,
      name: one.name,
      status: answer.status,
      faults,
      deviates: one.deviates,
    };
    this.verdicts.push(verdict);
    return verdict;
  }

  async #judge(one: HostileCase, answer: Answer): Promise<string[]> {
    const statuses = [one.status].flat();
    if (!statuses.includes(answer.status))
      return [`${answer.status} instead of ${statuses.join(' or ')}: ${answer.body.slice(0, 300)}`];
    const faults = faultsOfAnswer(answer);
    if (one.problem !== undefined && answer.status >= 400) {
      const { type } = JSON.parse(answer.body) as { type?: string };
      if (type !== `/problems/${one.problem}`)
        faults.push(`${type} instead of /problems/${one.problem}: ${answer.body.slice(0, 300)}`);
    }
    const fault = await one.holds?.(answer, this.#stand);
    if (fault !== undefined) faults.push(fault);
    return faults;
  }

  async #sameConnection(wire: Wire): Promise<string[]> {
    const next = await wire.ask(requestBytes({ path: '/v1/budget', headers: bearer('read') }), { timeoutMs: 15_000 });
    // A connection may be ended at any time; what may not be is another answer.
    return next.status === 200 || next.status === 0
      ? []
      : [`the next request on the connection got ${next.status}: ${next.body.slice(0, 200)}`];
  }

  async #aftermath(): Promise<string[]> {
    const faults: string[] = [];
    const health = await exchange(this.#stand.url, { path: '/healthz' }, 15_000);
    if (health.status !== 200) faults.push(`/healthz answers ${health.status}`);
    const next = await this.#stand.call('write', upload(JSON.stringify(good(`after-${++this.#goods}`))));
    if (next.status !== 202 || !next.body.includes('"total":1'))
      faults.push(`a good upload got ${next.status}: ${next.body.slice(0, 200)}`);
    const mb = this.#stand.rssMb() ?? 0;
    this.#mostMb = Math.max(this.#mostMb, mb);
    if (mb > (this.#warmMb ?? 0) + mostGrowthMb)
      faults.push(`the API holds ${Math.round(mb)} MB, ${Math.round(this.#warmMb ?? 0)} when warm`);
    if (({} as Record<string, unknown>).polluted !== undefined) faults.push('Object.prototype is polluted');
    return faults;
  }
}

/** What is wrong with any answer, whatever was asked. */
export function faultsOfAnswer(answer: Answer, board = false): string[] {
  const faults: string[] = [];
  const type = answer.headers['content-type'] ?? '';
  if (answer.status === 500) faults.push('500');
  if (telltale.test(answer.body)) faults.push(`tells of the source: ${telltale.exec(answer.body)?.[0]}`);
  const isPage = type.startsWith('text/html') && (answer.status === 401 || answer.status === 303);
  // Bull Board's page reads refusals as plain JSON.
  const isBoard = board && type.startsWith('application/json');
  if (answer.status >= 400 && !isPage && !isBoard && !type.startsWith('application/problem+json'))
    faults.push(`${answer.status} as ${type || 'nothing'} instead of application/problem+json`);
  return faults;
}

function bytesOf(send: Parts | Bytes, who: Who = 'write'): Bytes {
  const auth = bearer(who).authorization;
  const filled = (bytes: string | Buffer): string | Buffer =>
    typeof bytes === 'string'
      ? bytes.replace('\r\nAUTH\r\n', auth === undefined ? '\r\n' : `\r\nauthorization: ${auth}\r\n`)
      : bytes;
  if (typeof send === 'string' || Buffer.isBuffer(send)) return filled(send);
  if ('path' in send) return requestBytes({ ...send, headers: { ...bearer(who), ...send.headers } });
  return send.map((piece) => (piece === cut ? cut : { ...piece, bytes: filled(piece.bytes) }));
}
