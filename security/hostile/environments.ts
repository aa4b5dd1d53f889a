import { runApp } from '@reprice/testkit/processes';
import { gatewayKey, redisPassword, secrets } from '../stand.ts';
import type { Verdict } from './prove.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const good: Environment = {
  PORT: '0',
  REDIS_URL: `redis://reprice:${redisPassword}@127.0.0.1:1`,
  API_KEYS: `reader:read:${secrets.read}`,
  GATEWAY_BASE_URL: 'http://127.0.0.1:1/v1',
  GATEWAY_API_KEYS: gatewayKey,
};

/** What is wrong, and the names that the refusal must give. */
const environments: readonly (readonly [name: string, env: Environment, names: readonly string[]])[] = [
  ['no keys at all', { API_KEYS: undefined }, ['API_KEYS']],
  ['empty keys', { API_KEYS: '' }, ['API_KEYS']],
  ['blank keys', { API_KEYS: '   ' }, ['API_KEYS']],
  ['a port NaN', { PORT: 'NaN' }, ['PORT']],
  ['a pack size 1e3', { PACK_SIZE: '1e3' }, ['PACK_SIZE']],
  ['a rate limit of -1', { RATE_LIMIT_RPM: '-1' }, ['RATE_LIMIT_RPM']],
  ['a budget of 10usd', { DAILY_BUDGET_USD: '10usd' }, ['DAILY_BUDGET_USD']],
  ['an unknown zone', { BUDGET_TIMEZONE: 'Mars/Olympus' }, ['BUDGET_TIMEZONE']],
  ['Redis by http://', { REDIS_URL: `http://reprice:${redisPassword}@127.0.0.1` }, ['REDIS_URL']],
  ['a gateway by file://', { GATEWAY_BASE_URL: 'file:///etc/passwd' }, ['GATEWAY_BASE_URL']],
  [
    'a gateway with user and password',
    { GATEWAY_BASE_URL: `http://u:${gatewayKey}@127.0.0.1/v1` },
    ['GATEWAY_BASE_URL'],
  ],
  ['a key with a line end', { GATEWAY_API_KEYS: `${gatewayKey}\nx` }, ['GATEWAY_API_KEYS']],
  ['the same key twice', { API_KEYS: `a:read:${secrets.read},b:read:${secrets.read}` }, ['API_KEYS']],
  ['a name that is not there', { REPRICE_PAKC_SIZE: '3' }, ['REPRICE_PAKC_SIZE']],
  [
    'three faults at once',
    { PORT: 'x', PACK_SIZE: '0', API_KEYS: `a:root:${secrets.admin}` },
    ['PORT', 'PACK_SIZE', 'API_KEYS'],
  ],
];

const atOnce = 3;

/** Starts the API in each environment: it must end with 78, tell every fault by its name, and no secret. */
export async function environmentVerdicts(): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let from = 0; from < environments.length; from += atOnce)
    verdicts.push(
      ...(await Promise.all(environments.slice(from, from + atOnce).map((one, i) => verdictOf(one, from + i)))),
    );
  return verdicts;
}

async function verdictOf([name, env, names]: (typeof environments)[number], i: number): Promise<Verdict> {
  const { code, output } = await runApp('api', { ...good, ...env }, { timeoutMs: 60_000 });
  const told = [...Object.values(secrets), gatewayKey, redisPassword].filter((secret) => output.includes(secret));
  const faults = [
    ...(code === 78 ? [] : [`exit ${code} instead of 78: ${output.slice(0, 300)}`]),
    ...names
      .filter((missing) => !output.includes(missing))
      .map((missing) => `${missing} is not named: ${output.slice(0, 300)}`),
    ...(told.length > 0 ? ['a secret is told'] : []),
    ...(/\n\s+at \S+/.test(output) ? ['a stack is shown'] : []),
  ];
  return { family: 'environments', row: `E${i + 1}`, name, status: code ?? 0, faults, deviates: undefined };
}
