import type { ProcessName } from './config.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Environment } from './environment.ts';
import { isLoopback } from './loopback.ts';
import { shown } from './masking.ts';
import type { ConfigOutline } from './outline.ts';
import type { SettingFault } from './setting.ts';

/** What the checks across settings look at; a setting that could not be read is absent, and not checked again. */
export interface CrossCheckInput {
  readonly process: ProcessName;
  readonly values: Partial<Environment>;
  /** The built-in ones and those of the config file; of a file with faults, what it names. */
  readonly models: ConfigOutline['models'];
  readonly strategies: ConfigOutline['strategies'];
  readonly sections: Pick<ConfigOutline, 'canary' | 'feeds' | 'sources'>;
  /** False when the config file could not be loaded: then nothing is said about models, whose prices may stand in it. */
  readonly isComplete: boolean;
}

/**
 * Fewest tokens that admission may have to reserve for a SKU and for a call: a reply line of 18 tokens with a table line of 30, and
 * the shortest prefix. A minute that holds less could never admit a full pack.
 */
const leastTokens = { perSku: 48, perCall: 300 };

function unpricedModel(model: string, models: CrossCheckInput['models']): string {
  const known = Object.keys(models);
  return (
    `a model whose price is known: ${known.join(', ')}${didYouMean(model, known)}; ` +
    `to use another, state its price in reprice.config.ts: ` +
    `export default defineConfig({ models: { ${JSON.stringify(model)}: { inputUsdPerMTok: …, outputUsdPerMTok: … } } })`
  );
}

/** Those that serve METRICS_PORT. */
const measuring: ReadonlySet<ProcessName> = new Set(['worker', 'feed', 'sinks']);

/** Whether a process would show its metrics to other machines without asking for a key. */
function isMeasuredFromOutside({ METRICS_PORT, HOST, API_KEYS }: Partial<Environment>): boolean {
  return METRICS_PORT !== undefined && HOST !== undefined && !isLoopback(HOST) && API_KEYS === undefined;
}

/** Faults that show only when several settings are looked at together. */
export function crossFaults({
  process,
  values,
  models,
  strategies,
  sections: { canary, feeds, sources },
  isComplete,
}: CrossCheckInput): SettingFault[] {
  const faults: SettingFault[] = [];
  const add = (name: string, got: string, takes: string) => faults.push({ name, got, takes });
  if (process === 'api' && 'API_KEYS' in values && values.API_KEYS === undefined) {
    add('API_KEYS', 'nothing', 'at least one key name:scope:secret, comma-separated; scope read, write or admin');
  }
  if (measuring.has(process) && isMeasuredFromOutside(values)) {
    add('API_KEYS', 'nothing', 'a key of scope read: METRICS_PORT is served at HOST, which is no loopback address');
  }
  const model = values.GATEWAY_MODEL;
  if (isComplete && model !== undefined && !Object.hasOwn(models, model))
    add('GATEWAY_MODEL', shown(model), unpricedModel(model, models));
  for (const [name, { model: own, tiers } = {}] of isComplete ? Object.entries(strategies) : []) {
    const named = { model: own, 'tiers.large.model': tiers?.large?.model };
    for (const [field, asked] of Object.entries(named))
      if (asked !== undefined && !Object.hasOwn(models, asked))
        add(`strategies.${name}.${field}`, shown(asked), unpricedModel(asked, models));
    const small = own ?? model;
    if (tiers?.large !== undefined && small !== undefined && tiers.large.model === small)
      add(`strategies.${name}.tiers.large.model`, shown(small), 'another model than the one that answers below it');
  }
  if (isComplete && canary?.model !== undefined && !Object.hasOwn(models, canary.model))
    add('canary.model', shown(canary.model), unpricedModel(canary.model, models));
  for (const name of Object.keys(canary?.guidance ?? {})) {
    if (Object.hasOwn(strategies, name)) continue;
    add(`canary.guidance.${name}`, shown(name), `one of the strategies ${Object.keys(strategies).join(', ')}`);
  }
  const readable = Object.keys(sources).filter((name) => sources[name]?.kind !== 'google-merchant');
  for (const [name, { source } = {}] of Object.entries(feeds)) {
    if (source === undefined || readable.includes(source)) continue;
    const takes = `the name of one of \`sources\` that reads JSON (${readable.join(', ') || 'there is none'}); or nothing, where items are observations`;
    add(`feeds.${name}.source`, shown(source), takes);
  }
  const { RATE_LIMIT_TPM: tpm = 0, PACK_SIZE: packSize = 0 } = values;
  const least = packSize * leastTokens.perSku + leastTokens.perCall;
  if (tpm > 0 && tpm < least) {
    add(
      'RATE_LIMIT_TPM',
      shown(String(tpm)),
      `0 (no limit) or at least ${least}: a full pack of PACK_SIZE=${packSize} SKUs must fit in a minute`,
    );
  }
  if (process !== 'simulator' && values.SIMULATOR_PORT === 0 && values.GATEWAY_BASE_URL === undefined) {
    add('GATEWAY_BASE_URL', 'nothing', 'the URL of the simulator, for SIMULATOR_PORT=0 lets it take any free port');
  }
  return faults;
}
