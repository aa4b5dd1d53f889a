import type { Canary } from '@reprice/pricing';
import type { ApiDeps } from '../deps.ts';
import { within } from '../within.ts';
import { canaryFinding } from './canary-finding.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** Longest wait for the gateway, in ms. */
const waitMs = 6000;
const slowMs = 3000;

/**
 * Whether the gateway answers, takes the key, and has the models that are configured and that of the canary, each with a price.
 *
 * @param canary undefined = nobody knows
 */
export async function gatewayFindings(
  { checkGateway, callTerms }: Pick<ApiDeps, 'checkGateway' | 'callTerms'>,
  canary: Promise<Canary | undefined>,
): Promise<Finding[]> {
  const startedMs = performance.now();
  const late = { ok: false, detail: `no answer within ${waitMs} ms` };
  const found = await within(waitMs, checkGateway(), late).catch(() => ({ ...late, detail: 'it could not be asked' }));
  const tookMs = performance.now() - startedMs;
  const offered = 'models' in found ? found.models : undefined;
  const running = await canary;
  const models = [
    modelFinding(callTerms, offered),
    ...(running ? [canaryFinding(running, callTerms.models, offered)] : []),
  ];
  if (!found.ok) {
    const advice =
      'Check GATEWAY_BASE_URL and GATEWAY_API_KEYS of API and worker, and the state of the gateway. Work waits; nothing is lost.';
    return [failed('gateway', `The gateway cannot be used: ${found.detail}.`, advice), ...models];
  }
  const said = `${found.detail.replace(/^the/, 'The')} (${tookMs.toFixed(0)} ms).`;
  const slow = warning('gateway', said, 'It is slow even to list its models: look at the state of the gateway.');
  return [tookMs > slowMs ? slow : ok('gateway', said), ...models];
}

function modelFinding(
  { model, models, strategies }: ApiDeps['callTerms'],
  offered: readonly string[] | undefined,
): Finding {
  const id = 'gateway-model';
  const named = Object.values(strategies).flatMap(({ model: own, tiers }) => [own ?? [], tiers?.large?.model ?? []]);
  const wanted = [...new Set([model, ...named.flat()])];
  const unpriced = wanted.filter((name) => !Object.hasOwn(models, name));
  if (unpriced.length > 0) {
    const advice = 'State its price in reprice.config.ts: models: { … }. A call without a price cannot be budgeted.';
    return failed(id, `No price is known for ${unpriced.join(', ')}.`, advice);
  }
  const names = [...new Set(wanted.map((name) => models[name]?.as ?? name))];
  const missing = offered === undefined ? [] : names.filter((name) => !offered.includes(name));
  if (missing.length > 0) {
    const there = offered?.slice(0, 8).join(', ');
    return warning(
      id,
      `The gateway does not list ${missing.join(', ')}.`,
      `Set GATEWAY_MODEL, or \`as\` of that model in reprice.config.ts, to one of its models: ${there}.`,
    );
  }
  const listed = offered === undefined ? 'priced; the gateway lists no models' : 'priced, and listed by the gateway';
  return ok(id, `${wanted.join(', ')}: ${listed}.`);
}
