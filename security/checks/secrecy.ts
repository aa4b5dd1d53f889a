import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { checkoutDir } from '@reprice/testkit/processes';
import { good, post, upload } from '../hostile/hostile-case.ts';
import { sourceSecrets } from '../hostile/source-requests.ts';
import { doors, filled } from '../routes.ts';
import { bearer, gatewayKey, redisPassword, type Stand, secrets } from '../stand.ts';
import { login } from './browsers.ts';
import { Broken, type Check, noneOf, Untold } from './check.ts';

/** The secrets that are planted, beside the cookie of a login: in the environment, and by mistake in queries, paths, headers and bodies. */
const markers: Readonly<Record<string, string>> = {
  'read key': secrets.read,
  'write key': secrets.write,
  'admin key': secrets.admin,
  'gateway key': gatewayKey,
  'Redis password': redisPassword,
  'secret of Shopify': sourceSecrets.shop,
  'secret of WooCommerce': sourceSecrets.woo,
};

const forged = '\n{"level":60,"msg":"forged"}\r\n\u001b[2J\u001b]0;forged\u0007';

/** What a real secret looks like, wherever it stands. */
const secretShapes: readonly RegExp[] = [
  /-----BEGIN (?:RSA |EC |OPENSSH |PGP )?PRIVATE KEY/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{60,}/,
  /\bxox[baprs]-[A-Za-z0-9-]{20,}/,
  /\bsk-(?:proj-|ant-[a-z0-9]+-|or-v1-)?[A-Za-z0-9]{32,}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bAIza[0-9A-Za-z_-]{35}\b/,
  /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/,
];

export const secrecy: readonly Check[] = [
  {
    id: 'S10',
    what: 'No secret in logs, Redis, answers, metrics or command lines',
    how: 'keys of API, gateway and Redis, and what shops sign with, planted in the environment, in queries, paths, headers, bodies and a login; logs of API and worker, the append-only file, every GET of the router, the command lines searched for them, also in Base64',
    async run(stand) {
      for (const [i, secret] of Object.values(markers).entries()) {
        const odd = {
          path: `/v1/nosuch/${secret}?key=${secret}`,
          headers: { 'x-api-key': secret, cookie: `a=${secret}`, 'x-request-id': secret },
        };
        await stand.call('admin', odd);
        await stand.call('none', { path: '/v1/budget', headers: { authorization: `Bearer ${secret}x` } });
        await stand.call(
          'write',
          upload(`{"sku":"marked-${i}","price":"${secret}","currency":"USD"}\n${JSON.stringify(good(`plain-${i}`))}`),
        );
        await stand.call('write', post('/v1/jobs', { items: [{ ...good('x'), [secret]: 1 }] }));
      }
      const session = (await login(stand, secrets.admin)).split(';')[0]?.split('=')[1] ?? '';
      const found = (text: string): string[] => foundIn(text, { ...markers, 'session cookie': session });
      const places = new Map([
        ['the log of the API', stand.api.output()],
        ['the log of the worker', stand.worker?.output() ?? ''],
        [
          'command lines',
          [stand.api, stand.worker, stand.redis].map((process) => commandLine(process?.pid)).join('\n'),
        ],
        // What a client sends as a price or as a path, it gets told in its own rejections: those are looked at without the plants.
        ...(await answers(stand)),
      ]);
      const faults: string[] = [];
      for (const [place, text] of places) for (const name of found(text)) faults.push(`${name} in ${place}`);
      // Rejected rows are kept as they came, a planted price too: so only what nobody sent as a row may be sought there.
      const written = readAppendOnly(stand)
        .replaceAll(/"got":"[^\n]*/g, '')
        .replaceAll(/\\"got\\":[^\n]*/g, '');
      for (const name of found(written)) faults.push(`${name} in the append-only file`);
      noneOf(faults);
      return `${Object.keys(markers).length + 1} secrets × ${places.size + 1} places (${[...places.values()].reduce((sum, text) => sum + text.length, 0).toLocaleString('en')} characters of logs and answers)`;
    },
  },
  {
    id: 'S11',
    what: 'Nobody forges a line of the log',
    how: 'line ends, JSON and terminal escapes in SKUs, titles, paths, keys and request ids → every line of both logs is one JSON object of ours, without control characters',
    async run(stand) {
      await stand.call(
        'write',
        upload(`${JSON.stringify({ ...good('forger'), title: forged })}\n${JSON.stringify(good(`f${forged}`))}`),
      );
      await stand.call('write', post('/v1/jobs', { items: [{ ...good(`f${forged}`), title: forged }] }));
      await stand.call('admin', { path: `/v1/prices/${encodeURIComponent(forged)}` });
      await stand.call('admin', {
        path: '/v1/budget',
        headers: { 'x-request-id': '{"level":60}', 'user-agent': '\u001b[2J' },
      });
      await stand.call('admin', { path: `/v1/jobs?state=failed&reason=${encodeURIComponent(forged)}` });
      const lines = `${stand.api.output()}\n${stand.worker?.output() ?? ''}`.split('\n').filter(Boolean);
      const faults = lines.flatMap((line) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is sought
        if (/[\u0000-\u001f\u007f]/.test(line)) return [`control characters: ${JSON.stringify(line.slice(0, 200))}`];
        try {
          const entry = JSON.parse(line) as Record<string, unknown>;
          return entry.msg === 'forged' || entry.level === 60 ? [`forged: ${line.slice(0, 200)}`] : [];
        } catch {
          return [`no JSON: ${line.slice(0, 200)}`];
        }
      });
      noneOf(faults);
      return `${lines.length} lines`;
    },
  },
  {
    id: 'S28',
    what: 'No secret in the history of the repository',
    how: 'git log -p --all searched for the shapes of private keys and of tokens of AWS, GitHub, Slack, npm, Google, OpenAI and the like',
    run() {
      if (!existsSync(path.join(checkoutDir, '.git'))) throw new Untold('this copy has no history');
      const { stdout, status } = spawnSync('git', ['log', '-p', '--all', '--no-color', '--unified=0'], {
        cwd: checkoutDir,
        encoding: 'utf8',
        maxBuffer: 1_000_000_000,
      });
      if (status !== 0) throw new Untold('git cannot read the history here');
      const hits = stdout
        .split('\n')
        .filter((line) => /^[+-]/.test(line) && secretShapes.some((shape) => shape.test(line)));
      noneOf(hits.map((line) => line.slice(0, 120)));
      const commits = stdout.match(/^commit /gm)?.length ?? 0;
      if (commits === 0) throw new Broken('no commit was read');
      return `${commits} commits, ${Math.round(stdout.length / 1e6)} MB of changes`;
    },
  },
];

function foundIn(text: string, planted: Readonly<Record<string, string>>): string[] {
  return Object.entries(planted)
    .filter(([, secret]) =>
      [secret, Buffer.from(secret).toString('base64').slice(0, -4), encodeURIComponent(secret)].some((shape) =>
        text.includes(shape),
      ),
    )
    .map(([name]) => name);
}

function commandLine(pid: number | undefined): string {
  return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : '';
}

/** What every GET answers an admin. */
async function answers(stand: Stand): Promise<(readonly [string, string])[]> {
  const { body } = await stand.json('read', 'GET', '/v1/batches?limit=200');
  const clean =
    (body.items as { id: string; rejected: number }[]).find(({ rejected }) => rejected === 0)?.id ?? 'b00000000000';
  const all: (readonly [string, string])[] = [];
  for (const { method, path: pattern } of doors()) {
    if (method !== 'GET' || pattern.startsWith('/assets/')) continue;
    const at = filled(
      pattern,
      (name) => ({ id: clean, queueName: 'reprice', jobId: `${clean}.0`, sku: 'plain-0' })[name] ?? 'nosuch',
    );
    const answer = await stand.call('admin', { path: at, headers: bearer('admin') });
    all.push([`GET ${at}`, JSON.stringify(answer.headers) + answer.body]);
  }
  return all;
}

function readAppendOnly({ redis }: Stand): string {
  const files = readdirSync(redis.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1')).join('\n');
}
