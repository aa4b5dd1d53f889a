import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@reprice/config';
import { checkoutDir } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import { forbiddenUrls } from '../hostile/webhook-urls.ts';
import { ownRoutes } from '../routes.ts';
import { Broken, type Check, noneOf, Untold } from './check.ts';

/** What the product must not be able to do to its Redis. */
const forbidden: readonly string[][] = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['CONFIG', 'GET', '*'],
  ['CONFIG', 'SET', 'maxmemory', '1'],
  ['KEYS', '*'],
  ['ACL', 'LIST'],
  ['DEBUG', 'SLEEP', '0'],
  ['SHUTDOWN'],
  ['MONITOR'],
  ['REPLICAOF', 'evil.test', '6379'],
  ['MODULE', 'LIST'],
  ['SAVE'],
  ['MIGRATE', 'h', '1', 'k', '0', '1'],
  ['GET', 'another-application'],
  ['SET', 'another-application', '1'],
];

const badGateways = [
  'file:///etc/passwd',
  'gopher://127.0.0.1',
  'ftp://127.0.0.1/v1',
  'http://u:p@127.0.0.1/v1',
  'javascript:alert(1)',
  'http://',
  '//127.0.0.1',
  'http://127.0.0.1/v1?x=1',
  'unix:/run/docker.sock',
  'data:,x',
];

const licences =
  /^(MIT|ISC|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|Python-2\.0|MPL-2\.0|MIT-0|WTFPL)$/;

export const deployment: readonly Check[] = [
  {
    id: 'S15',
    what: 'No request makes us call an address of its choice (SSRF)',
    how: 'the one field that is a URL, of PUT /v1/sinks/:name, refuses whatever is not https at a public address; GATEWAY_BASE_URL takes http(s) without user, query or other scheme; 302 is not followed (S16)',
    async run(stand) {
      const taken = badGateways.filter((url) => {
        try {
          loadConfig({ API_KEYS: 'a:read:secret-0123', GATEWAY_BASE_URL: url }, { process: 'api', cwd: tmpdir() });
          return true;
        } catch {
          return false;
        }
      });
      const urls = ownRoutes().flatMap(({ path: at, about }) =>
        Object.keys(about?.query ?? {})
          .filter((name) => /ur[il]|host|callback|endpoint|webhook/i.test(name))
          .map((name) => `${at}?${name}`),
      );
      const saved: string[] = [];
      for (const [name, url] of Object.entries(forbiddenUrls)) {
        const { status, body } = await stand.json('admin', 'PUT', '/v1/sinks/ssrf', { kind: 'webhook', url });
        if (status !== 400 || body.type !== '/problems/webhook-url-forbidden')
          saved.push(`a sink at ${name}: ${status}`);
      }
      noneOf([...taken.map((url) => `GATEWAY_BASE_URL=${url} is taken`), ...urls, ...saved]);
      return `${badGateways.length} gateways and ${Object.keys(forbiddenUrls).length} URLs of sinks refused; names that turn out to be private: the trial webhooks`;
    },
  },
  {
    id: 'S22',
    what: 'Redis lets the product do no more than it must',
    how: 'all of this runs as the user of deploy/redis/users.acl: FLUSHALL, CONFIG, KEYS, keys of others … → NOPERM; ACL LOG holds no refusal of the product; TLS by rediss://',
    async run(stand) {
      const admin = new Redis(stand.redis.url);
      const own = new Redis(stand.env.REDIS_URL as string, { maxRetriesPerRequest: 1, retryStrategy: () => null });
      own.on('error', () => {});
      try {
        const refused = (await admin.call('ACL', 'LOG')) as unknown[];
        const faults = refused.length > 0 ? [`the product was refused: ${JSON.stringify(refused[0])}`] : [];
        for (const [command = '', ...args] of forbidden) {
          const answer = await own.call(command, ...args).then(
            () => 'done',
            (error: Error) => error.message,
          );
          if (!/^NOPERM|^ERR DEBUG command not allowed/.test(answer))
            faults.push(`${command} ${args.join(' ')}: ${answer}`);
        }
        await admin.call('ACL', 'LOG', 'RESET');
        const [, bind] = (await admin.call('CONFIG', 'GET', 'bind')) as string[];
        if (bind !== '127.0.0.1') faults.push(`the embedded Redis listens on ${bind}`);
        if (!/^user default off$/m.test(readFileSync(path.join(checkoutDir, 'deploy/redis/users.acl'), 'utf8')))
          faults.push('users.acl leaves the default user on');
        loadConfig(
          { API_KEYS: 'a:read:secret-0123', REDIS_URL: 'rediss://reprice:x@redis.test:6380' },
          { process: 'api', cwd: tmpdir() },
        );
        noneOf(faults);
        return `${forbidden.length} commands: NOPERM each; no refusal of the product`;
      } finally {
        admin.disconnect();
        own.disconnect();
      }
    },
  },
  {
    id: 'S23',
    what: 'The container runs without root and without writing',
    how: 'docker run --read-only --cap-drop ALL --user node',
    run() {
      const image = readFileSync(path.join(checkoutDir, 'Dockerfile'), 'utf8');
      if (!/^USER node$/m.test(image)) throw new Broken('the Dockerfile does not leave root');
      if (/^(ADD|RUN .*(curl|wget))/m.test(image)) throw new Broken('the Dockerfile fetches things by itself');
      const docker = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
        encoding: 'utf8',
        timeout: 10_000,
      });
      throw new Untold(
        docker.status === 0
          ? 'not tried: build the image and run it with these options'
          : 'no container runtime here; the Dockerfile ends with USER node and writes nothing',
      );
    },
  },
  {
    id: 'S24',
    what: 'Installs from the lock alone, without scripts of packages',
    how: "a copy of HEAD: npm ci --ignore-scripts, check:lock, then this suite's own HTTP test in it",
    slow: true,
    run() {
      if (!existsSync(path.join(checkoutDir, '.git'))) throw new Untold('this copy has no history');
      const copy = mkdtempSync(path.join(tmpdir(), 'reprice-ci-'));
      const shell = (command: string): string => {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
          cwd: copy,
          encoding: 'utf8',
          timeout: 400_000,
          maxBuffer: 1e8,
          env: { ...process.env, NODE_OPTIONS: '' },
        });
        if (status !== 0) throw new Broken(`${command}: ${`${stdout}${stderr}`.slice(-500)}`);
        return stdout;
      };
      try {
        shell(`git -C '${checkoutDir}' archive HEAD | tar -x`);
        shell('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error');
        shell('npm run --silent check:lock');
        const tests = shell(
          'npm test --silent -- --project pricing --project root architecture snapshot security/security',
        );
        return `installed, and ${/\d+ passed, 0 failed/.exec(tests)?.[0] ?? 'tests passed'} in the copy`;
      } finally {
        rmSync(copy, { recursive: true, force: true });
      }
    },
  },
  {
    id: 'S25',
    what: 'No known hole in what we depend on',
    how: 'npm audit --omit=dev (where the registry offers it)',
    slow: true,
    run() {
      const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--loglevel=silent'], {
        cwd: checkoutDir,
        encoding: 'utf8',
        timeout: 60_000,
        maxBuffer: 1e8,
      });
      const report = parsed(stdout) as {
        metadata?: { vulnerabilities?: Record<string, number>; dependencies?: { prod?: number } };
        vulnerabilities?: Record<string, { severity: string }>;
      };
      const found = report?.metadata?.vulnerabilities;
      if (found === undefined)
        throw new Untold(
          'this registry offers no advisories: npm audit --omit=dev, npm audit signatures where it does',
        );
      noneOf(Object.entries(report.vulnerabilities ?? {}).map(([name, { severity }]) => `${name}: ${severity}`));
      return `${found.total ?? 0} advisories`;
    },
  },
  {
    id: 'S26',
    what: 'What is published proves where it comes from',
    how: 'npm publish --provenance from CI',
    run() {
      throw new Untold('nothing is published: the repository is run from its checkout');
    },
  },
  {
    id: 'S27',
    what: 'A list of all parts and their licences',
    how: 'npm sbom --sbom-format cyclonedx --omit dev: every part with a permissive licence',
    slow: true,
    run() {
      const { stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
        cwd: checkoutDir,
        encoding: 'utf8',
        timeout: 120_000,
        maxBuffer: 1e8,
      });
      const bom = parsed(stdout) as {
        components?: {
          name: string;
          'bom-ref'?: string;
          licenses?: { license?: { id?: string; name?: string }; expression?: string }[];
        }[];
      };
      if (bom?.components === undefined) throw new Broken(`npm sbom: ${stderr.slice(0, 300)}`);
      const parts = bom.components.filter((part) => !part['bom-ref']?.startsWith('@reprice/'));
      const odd = parts.filter(
        ({ licenses = [] }) =>
          !licenses.some(({ license, expression }) =>
            `${license?.id ?? license?.name ?? expression ?? ''}`
              .split(/\s+(?:OR|AND)\s+|[()]/)
              .some((id) => licences.test(id.trim())),
          ),
      );
      noneOf(odd.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses ?? 'no licence')}`));
      return `${parts.length} parts, all permissive`;
    },
  },
];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
