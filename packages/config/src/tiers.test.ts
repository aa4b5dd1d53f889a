import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { builtInStrategies, policyVersion, type Strategy } from '@reprice/pricing';
import { afterAll, expect, it } from 'vitest';
import { type Config, loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';

const cwd = mkdtempSync(path.join(tmpdir(), 'reprice-config-'));
afterAll(() => rmSync(cwd, { recursive: true }));
let count = 0;

function load(config: object, env: Record<string, string> = {}): Config {
  count += 1;
  writeFileSync(path.join(cwd, `t${count}.config.ts`), `export default ${JSON.stringify(config)};`);
  return loadConfig({ REPRICE_CONFIG: `t${count}.config.ts`, ...env }, { process: 'worker', cwd });
}

function faultOf(config: object): string {
  try {
    load(config);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

const large = { model: 'gpt-4.1', fromValue: 5000, unsure: { belowConfidence: 0.6, fromValue: { EUR: '500' } } };
const ofBalanced = (tiers: object) => ({ strategies: { balanced: { tiers } } });
const ofProvider = { models: { 'gpt-4.1@provider': { as: 'gpt-4.1', inputUsdPerMTok: 1, outputUsdPerMTok: 1 } } };

it('reads tiers', () => {
  const { strategies } = load(ofBalanced({ rules: { belowValue: { EUR: 20, JPY: '3000' } }, large }));
  expect(strategies.balanced?.tiers).toEqual({
    rules: { belowValue: { EUR: '20', JPY: '3000' } },
    large: { ...large, fromValue: '5000' },
  });
});

it.each([
  [
    ofBalanced({ large: { ...large, model: 'gpt-4' } }),
    /strategies\.balanced\.tiers\.large\.model\s+got "gpt-4"; takes a model whose price is known.*did you mean gpt-4\.1/,
  ],
  [ofBalanced({ large: { ...large, model: 'deepseek-v3.2' } }), /another model than the one that answers below it/],
  [{ strategies: { balanced: { model: 'gpt-4.1', tiers: { large } } } }, /another model than the one/],
  [ofBalanced({ large: { ...large, fromvalue: 1 } }), /tiers\.large\.fromvalue\s.*did you mean fromValue/],
  [
    ofBalanced({ rules: { belowValue: '20 EUR' } }),
    /tiers\.rules\.belowValue\s+got "20 EUR"; takes a value in whole units/,
  ],
  [
    { strategies: { balanced: { providerOptions: { stream: false } } } },
    /providerOptions\.stream\s+got false; takes no value: it is part of the protocol/,
  ],
  [{ strategies: { balanced: { modelOptions: {} } } }, /modelOptions/],
  [
    { models: { m: { inputUsdPerMTok: 1, outputUsdPerMTok: 1, options: { n: 3 } } } },
    /models\.m\.options\.n\s+got 3; takes no value: it is refused: it makes a call cost more/,
  ],
  [
    { models: { m: { as: 'vendor model', inputUsdPerMTok: 1, outputUsdPerMTok: 1 } } },
    /models\.m\.as\s+got "vendor model"; takes the name of a model at the gateway, 1 to 200 characters without blanks/,
  ],
  [
    { ...ofProvider, canary: { model: 'gpt-4.1@provder' } },
    /canary\.model\s+got "gpt-4\.1@provder"; takes .*did you mean gpt-4\.1@provider\?/,
  ],
])('refuses %j', (config, fault) => {
  expect(faultOf(config)).toMatch(fault);
});

it.each([
  { web_search_options: {} },
  { search_parameters: { mode: 'on' } },
  { enable_search: true },
  { fallbacks: ['gpt-4.1'] },
])('refuses %j, which costs more than its tokens tell', (options) => {
  const [name] = Object.keys(options);
  const fault = new RegExp(`options\\.${name}\\s.*takes no value: it is refused`);
  expect(faultOf({ models: { m: { inputUsdPerMTok: 1, outputUsdPerMTok: 1, options } } })).toMatch(fault);
});

it('gives every strategy the options of the models, and another policy version to those that ask that model', () => {
  const price = { inputUsdPerMTok: 1, outputUsdPerMTok: 1 };
  const strategies = {
    premium: { model: 'gpt-4.1' },
    luxury: { model: 'gpt-4.1', tiers: { large: { ...large, model: 'm' } } },
  };
  const all = [undefined, { seed: 1 }, { seed: 2 }].map(
    (options) =>
      load({ models: { m: { ...price, ...(options && { options }) } }, strategies }, { GATEWAY_MODEL: 'm' }).strategies,
  );
  expect(all[1]?.premium?.modelOptions).toEqual({ m: { seed: 1 } });
  expect(all[0]?.match?.modelOptions).toBeUndefined();
  const versionsOf = (name: string) => new Set(all.map((one) => one[name] && policyVersion(one[name]))).size;
  expect([versionsOf('match'), versionsOf('luxury'), versionsOf('premium')]).toEqual([3, 3, 1]);
});

it('lets a model stand once for each provider, and what it is asked for as is part of the policy of those that ask it', () => {
  const name = 'gpt-4.1@provider';
  expect(load(ofProvider, { GATEWAY_MODEL: name }).models[name]).toMatchObject({
    as: 'gpt-4.1',
    outputNanoUsdPerMTok: 1e9,
  });
  const all = [undefined, 'gpt-4.1', 'gpt-4.1-mini'].map((as) => {
    const { strategies } = load({ models: { [name]: { ...ofProvider.models[name], as } } }, { GATEWAY_MODEL: name });
    return ['balanced', 'premium'].map((of) => policyVersion(strategies[of] as Strategy));
  });
  const [unnamed, usual] = [all[0], Object.values(builtInStrategies)];
  expect(unnamed).toEqual(usual.filter((s) => ['balanced', 'premium'].includes(s.name)).map(policyVersion));
  expect(new Set(all.map(([version]) => version)).size).toBe(3);
  const elsewhere = load(ofProvider).strategies.balanced as Strategy;
  expect(policyVersion(elsewhere)).toBe(unnamed?.[0]);
  // As a canary asks it.
  const { modelNames: _, ...plain } = elsewhere;
  expect(policyVersion({ ...elsewhere, model: name })).not.toBe(policyVersion({ ...plain, model: name }));
});
