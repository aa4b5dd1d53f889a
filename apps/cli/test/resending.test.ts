import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandOptions, reprice } from './command.ts';
import { type Answer, batch, contractServer, problem } from './contract-server.ts';
import { workFolder } from './work-folder.ts';

const dir = workFolder();

const { api } = contractServer();

const key = 'hunter22-hunter22';
const csv = 'product_id,price\nA,1.00\n';

function file(name: string, content: string): string {
  const at = path.join(dir, name);
  writeFileSync(at, content);
  return at;
}

function run(args: readonly string[], options: CommandOptions = {}) {
  return reprice(args, { env: { REPRICE_URL: api.url, REPRICE_API_KEY: key, ...options.env }, ...options, cwd: dir });
}

describe('an upload that breaks', () => {
  const keys = () => api.to('POST /v1/batches').map(({ headers }) => headers['idempotency-key']);
  const accepted = { status: 202, body: batch() };

  it('by Ctrl-C ends with 130, and tells the command that goes on', async () => {
    api.on('POST /v1/batches', () => undefined);
    const at = file('stop it.csv', csv);
    const { code, stderr } = await run(
      ['submit', at, '-p', 'low', '--map', 'sku=Variant SKU', '--watch', '--api-key', 'hunter22'],
      {
        onStderr: (text, child) => text.includes('Sending') && child.kill('SIGINT'),
      },
    );
    expect(code).toBe(130);
    expect(stderr).toMatch(/^reprice: Stopped while sending; an upload that is cut is not accepted\.$/m);
    const [, typed] = /taken once, whatever arrived:\n {2}(.*)\n$/.exec(stderr) ?? [];
    expect(typed).toMatch(
      /^npx reprice submit '.*stop it\.csv' --api-key … --priority low --map 'sku=Variant SKU' --watch --idempotency-key [\w-]{36}$/,
    );
    expect(stderr).not.toContain('hunter22');
  });

  it('is sent again by itself with the same key, with words', async () => {
    const answers: (Answer | undefined)[] = [
      undefined,
      problem(
        409,
        'idempotency-conflict',
        'A request with this Idempotency-Key is under way',
        {},
        { 'retry-after': '1' },
      ),
      problem(503, 'queue-full', 'The queue is full', {}, { 'retry-after': '1' }),
      accepted,
    ];
    api.on('POST /v1/batches', (_seen, res) => {
      const answer = answers.shift();
      if (answer === undefined) res.destroy();
      return answer;
    });
    api.on('GET /v1/batches', { body: { items: [], nextCursor: null } });
    const { code, stdout, stderr } = await run(['submit', file('retried.csv', csv)]);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(
        /^The connection broke: .*\. Sending it again, with the same idempotency key, in 1\.0 s\.$/,
      ),
      'The API still works on the sending before. Sending it again, with the same idempotency key, in 1.0 s.',
      'The queue is full. Sending it again, with the same idempotency key, in 1.0 s.',
      '',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('Batch b1 accepted');
    expect([keys().length, new Set(keys()).size]).toEqual([4, 1]);
    expect(api.to('POST /v1/batches').map(({ body }) => body)).toEqual([csv, csv, csv, csv]);
  });

  it('is told, with the way to send it again safely, when it may not be sent again by itself', async () => {
    api.on('POST /v1/batches', (_seen, res) => {
      res.destroy();
      return undefined;
    });
    api.on('GET /v1/batches', { body: { items: [], nextCursor: null } });
    const args = ['submit', file('cut.csv', csv), '--retry-for', '0', '--idempotency-key', 'again-1'];
    const { code, stderr } = await run(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/The connection broke while .*cut\.csv was sent[\s\S]*--idempotency-key again-1\n$/);
    expect(keys()).toEqual(['again-1']);
  });

  it('from a pipe cannot be sent again by itself', async () => {
    api.on('POST /v1/batches', problem(503, 'queue-full', 'The queue is full', {}, { 'retry-after': '1' }));
    const { code, stderr } = await run(['submit', '-', '--format', 'csv'], { stdin: csv });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^reprice: The queue is full\nTry again in 1 s\.\nSend it again with the same key.*\n {2}… \| npx reprice submit - --format csv --idempotency-key [\w-]{36}\n$/,
    );
    expect(keys()).toHaveLength(1);
  });

  it('because the key was refused says so', async () => {
    api.on('POST /v1/batches', (_seen, res) => {
      res.destroy();
      return undefined;
    });
    api.on('GET /v1/batches', problem(401, 'unauthenticated', 'A key is needed'));
    const { code, stderr } = await run(['submit', file('cut.csv', csv)]);
    expect(code).toBe(1);
    expect(stderr).toContain('A key is needed\nCheck REPRICE_API_KEY');
  });
});
