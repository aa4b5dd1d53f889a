import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';

const cwd = mkdtempSync(path.join(tmpdir(), 'reprice-config-'));
afterAll(() => rmSync(cwd, { recursive: true }));
let count = 0;

/** Writes a config file of its own name, for a loaded module is never read again. */
function file(source: string): string {
  count += 1;
  writeFileSync(path.join(cwd, `c${count}.config.ts`), source);
  return `c${count}.config.ts`;
}

function load(source: string, env: Record<string, string> = {}) {
  return loadConfig({ REPRICE_CONFIG: file(source), ...env }, { process: 'worker', cwd });
}

function faultOf(source: string): string {
  try {
    load(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a config file', () => {
  it('adds models, so that a model of your own may be used', () => {
    const source = `
      const price: { inputUsdPerMTok: number } = { inputUsdPerMTok: 0.5 };
      export default { models: { 'my-model': { ...price, outputUsdPerMTok: '1.25', date: '2026-11-01' } } };`;
    const config = load(source, { GATEWAY_MODEL: 'my-model' });
    expect(config.gateway.model).toBe('my-model');
    expect(config.models['my-model']).toEqual({
      inputNanoUsdPerMTok: 500_000_000,
      cachedInputNanoUsdPerMTok: 500_000_000,
      outputNanoUsdPerMTok: 1_250_000_000,
      source: expect.stringMatching(/^c\d+\.config\.ts$/),
      date: '2026-11-01',
    });
    expect(config.models['gpt-4.1']).toBeDefined();
  });

  it("knows a model's prices by the hour", () => {
    const { models } = load(`export default { models: { m: { inputUsdPerMTok: 1, outputUsdPerMTok: 2, windows: [
      { fromUtc: '16:30', untilUtc: '00:30', inputUsdPerMTok: '0.5', cachedInputUsdPerMTok: 0.05, outputUsdPerMTok: 1 },
    ] } } };`);
    expect(models.m?.windows).toEqual([
      {
        fromMinute: 990,
        untilMinute: 30,
        inputNanoUsdPerMTok: 500_000_000,
        cachedInputNanoUsdPerMTok: 50_000_000,
        outputNanoUsdPerMTok: 1_000_000_000,
      },
    ]);
  });

  it.each([
    [
      "{ fromUtc: '24:00', untilUtc: '01:00' }",
      /models\.m\.windows\.0\.fromUtc\s+got "24:00"; takes a time of day in UTC/,
    ],
    ["{ fromUtc: '01:00', untilUtc: '01:00' }", /untilUtc\s+got "01:00"; takes another time than fromUtc/],
    [
      "{ fromUtc: '23:00', untilUtc: '02:00' }, { ...p, fromUtc: '01:59', untilUtc: '03:00' }",
      /models\.m\.windows\s.*takes windows that do not overlap/,
    ],
    ["{ fromUtc: '23:00', until: '02:00' }", /windows\.0\.until\s.*did you mean untilUtc/],
  ])('refuses the windows %s', (windows, fault) => {
    const source = `const p = { inputUsdPerMTok: 1, outputUsdPerMTok: 2 };
      export default { models: { m: { ...p, windows: [${windows.replace('{', '{ ...p,')}] } } };`;
    expect(faultOf(source)).toMatch(fault);
  });

  it('adds strategies and changes built-in ones, each from its base', () => {
    const { strategies } = load(`export default { strategies: {
      luxury: { extends: 'premium', temperature: 0, guardrails: { maxChangePercent: 5 } },
      clearance: { guardrails: { derivedFloorPercent: 40 }, freshness: { ttlSeconds: 60 } },
    } };`);
    expect(strategies.luxury).toEqual({
      ...strategies.premium,
      name: 'luxury',
      temperature: 0,
      guardrails: { ...strategies.premium?.guardrails, maxChangePercent: 5 },
    });
    expect(strategies.clearance?.guardrails.derivedFloorPercent).toBe(40);
    expect(strategies.clearance?.freshness).toEqual({ ttlSeconds: 60, undercutPercent: 5 });
    expect(strategies.clearance?.guidance).not.toBe(strategies.balanced?.guidance);
  });

  it('is found as reprice.config.ts without being named', () => {
    writeFileSync(
      path.join(cwd, 'reprice.config.ts'),
      'export default { models: { m: { inputUsdPerMTok: 1, outputUsdPerMTok: 2 } } };',
    );
    expect(loadConfig({}, { process: 'worker', cwd }).models.m?.inputNanoUsdPerMTok).toBe(1_000_000_000);
  });

  it.each<[string, string, RegExp]>([
    [
      'unknown key',
      '{ model: {} }',
      /config\.ts: model\s+got \{\}; takes nothing: there is no such key \(did you mean models\?\)/,
    ],
    ['unknown key of a model', '{ models: { m: { inputUsdPerMTok: 1, outputUsd: 2 } } }', /models\.m\.outputUsd\s/],
    [
      'unknown key of a strategy',
      '{ strategies: { balanced: { guidence: "x" } } }',
      /strategies\.balanced\.guidence .*did you mean guidance/,
    ],
    [
      'unknown guardrail',
      '{ strategies: { balanced: { guardrails: { maxChange: 3 } } } }',
      /strategies\.balanced\.guardrails\.maxChange\s/,
    ],
    [
      'a guardrail of the wrong kind',
      '{ strategies: { balanced: { guardrails: { maxChangePercent: "much" } } } }',
      /guardrails\.maxChangePercent\s+got "much"/,
    ],
    [
      'unknown base',
      '{ strategies: { x: { extends: "cheap" } } }',
      /strategies\.x\.extends\s+got "cheap"; takes one of balanced/,
    ],
    [
      'bad price',
      '{ models: { m: { inputUsdPerMTok: -1, outputUsdPerMTok: 1 } } }',
      /models\.m\.inputUsdPerMTok\s+got -1; takes dollars per million tokens/,
    ],
    ['no price', '{ models: { m: {} } }', /models\.m\.outputUsdPerMTok\s+got nothing/],
    [
      'a strategy with an unpriced model',
      '{ strategies: { balanced: { model: "gpt-9" } } }',
      /strategies\.balanced\.model\s+got "gpt-9"/,
    ],
    ['not an object', '42', /default export\s+got 42/],
  ])('is refused with the path: %s', (_case, exported, expected) => {
    expect(faultOf(`export default ${exported};`)).toMatch(expected);
  });

  it('with several faults is told all of them at once, each once', () => {
    const price = '{ inputUsdPerMTok: 1, outputUsdPerMTok: 1 }';
    const told = faultOf(`export default {
      models: { mine: ${price}, broken: {} },
      strategies: {
        x: { extends: 'cheap', temprature: 1, model: 'mine', guardrails: { maxChangePercent: 'much' } },
        y: { tiers: { large: { model: 'nope', fromValue: '9' } } },
        z: { model: '' },
      },
      canary: { minCalls: 1, model: 'none' },
      sources: { shop: { kind: 'shopify', secret: 'a secret of a shop' } },
      feeds: {
        'M x': {},
        m: { url: 'wss://m.example/stream', restUrl: 'https://m.example', source: 'nope', heartbeat: 3 },
        n: { url: 'x', restUrl: 'https://m.example', source: 'shop' },
      },
    };`);
    const names = told.split('\n').flatMap((line) => /^ {2}(?:\S+: )?(.+?) +got /.exec(line)?.[1] ?? []);
    expect(names.sort()).toEqual([
      'canary.minCalls',
      'canary.model',
      'feeds.M x',
      'feeds.m.heartbeat',
      'feeds.m.source',
      'feeds.n.url',
      'models.broken.inputUsdPerMTok',
      'models.broken.outputUsdPerMTok',
      'strategies.x.extends',
      'strategies.x.guardrails.maxChangePercent',
      'strategies.x.temprature',
      'strategies.y.tiers.large.model',
      'strategies.z.model',
    ]);
    expect(told).toMatch(/feeds\.m\.heartbeat .*did you mean heartbeatSeconds/);
    expect(told).toMatch(/feeds\.M x +got the name "M x"; takes names of 1 to 40 letters/);
    expect(told).toMatch(/feeds\.m\.source +got "nope"; takes .*\(shop\)/);
  });

  it.each<[string, string, RegExp]>([
    ['no default export', 'export const x = 1;', /which has no default export/],
    ['throws', 'throw new Error("no vault");', /cannot be loaded \(no vault\)/],
    ['awaits', 'await 0; export default {};', /uses await at its top level/],
    ['not TypeScript', 'export default {', /cannot be loaded/],
    [
      'lies where the packages are not found',
      `import { defineConfig } from '@reprice/config'; export default defineConfig({});`,
      /keep the file inside the checkout/,
    ],
  ])('that %s is a fault', (_case, source, expected) => {
    expect(faultOf(source)).toMatch(expected);
  });
});

describe('canary of a config file', () => {
  it('is what a canary is where nobody says otherwise', () => {
    const config = load(
      `export default { canary: { model: 'gpt-4.1-mini', guidance: { match: 'Match.' }, minCalls: 200, tolerance: { latencyMs: 900 } } };`,
    );
    const canary = {
      model: 'gpt-4.1-mini',
      guidance: { match: 'Match.' },
      minCalls: 200,
      tolerance: { latencyMs: 900 },
    };
    expect(config.canary).toEqual(canary);
    expect(load('export default {};').canary).toEqual({});
  });

  it.each([
    [`{ model: 'gpt-4.1-minni' }`, /canary\.model.*did you mean gpt-4\.1-mini/s],
    [`{ guidance: { bold: 'Sell.' } }`, /canary\.guidance\.bold.*one of the strategies balanced/s],
    [`{ percent: 5 }`, /canary\.percent.*there is no such key/s],
    [`{ minCalls: 10 }`, /canary\.minCalls.*whole number from 50 to 10000/s],
  ])('%s is refused', (canary, fault) => {
    expect(faultOf(`export default { canary: ${canary} };`)).toMatch(fault);
  });
});
