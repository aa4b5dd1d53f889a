import type { ModelPrice } from '@reprice/gateway';
import {
  builtInStrategies,
  defaultStrategy,
  nearest,
  type ProviderOptions,
  type Strategy,
  strategySchema,
  type TierPolicy,
  usualFreshness,
} from '@reprice/pricing';
import { z } from 'zod';
import { hidden, shown } from './masking.ts';
import { type ModelPriceInput, modelPriceOf, modelSchema } from './model-fields.ts';
import { type ConfigSections, type ConfigSectionsInput, sectionSchemas } from './sections.ts';
import type { SettingFault } from './setting.ts';
import { sinkKeys } from './sink-fields.ts';

// A strategy is checked whole, after its base is merged in; here only that it is an object, so that paths stay right.
const overrideSchema = z.looseObject({
  extends: z.string().optional(),
  guardrails: z.looseObject({}).optional(),
  rules: z.looseObject({}).optional(),
});

const userConfigSchema = z.strictObject({
  strategies: z.record(z.string(), overrideSchema).optional(),
  models: z.record(z.string().min(1).max(200), modelSchema).optional(),
  ...sectionSchemas,
});

/** A strategy as a config file states it: whatever it leaves out comes from the one that it extends. */
export interface StrategyOverride
  extends Partial<
    Omit<Strategy, 'name' | 'guardrails' | 'rules' | 'freshness' | 'tiers' | 'modelOptions' | 'stableModel'>
  > {
  /** Name of a built-in strategy to start from; default: the built-in of the same name, else `balanced`. */
  readonly extends?: string;
  readonly guardrails?: Partial<Strategy['guardrails']>;
  readonly rules?: Partial<NonNullable<Strategy['rules']>>;
  readonly freshness?: Partial<NonNullable<Strategy['freshness']>>;
  /** Who prices a SKU, by what is at stake. */
  readonly tiers?: TierPolicy<string | number>;
}

/** What `reprice.config.ts` exports as default. */
export interface UserConfig extends ConfigSectionsInput {
  /** Pricing profiles by name: new ones, or changes of the built-in ones. */
  readonly strategies?: Readonly<Record<string, StrategyOverride>>;
  /** Prices of models that the built-in list lacks or has wrong, by model name. */
  readonly models?: Readonly<Record<string, ModelPriceInput>>;
}

/** Gives its argument back; it is there for the editor's completion and type check in `reprice.config.ts`. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}

/** A config file's content, read: complete strategies and prices that it adds, or everything that is wrong with it. */
export type UserConfigResult =
  | {
      readonly ok: true;
      readonly strategies: Record<string, Strategy>;
      readonly models: Record<string, ModelPrice>;
      /** What is sent with every call of a model, of those that have any. */
      readonly modelOptions: Record<string, ProviderOptions>;
      readonly sections: ConfigSections;
    }
  | { readonly ok: false; readonly faults: readonly SettingFault[] };

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    root,
  );
}

/** Parts that hold secrets, under names that may be misspelt: of these a fault shows only what is no text, or is known to be no secret. */
const secretParts = new Set<PropertyKey>(['sinks', 'sources', 'feeds']);
const shownFields = new Set<PropertyKey>(['kind', 'method', 'startWith', 'file', 'whenBehind', 'source']);

function describe(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'nothing';
  if (secretParts.has(path[0] ?? '') && path.length > 1 && !shownFields.has(path.at(-1) ?? '')) {
    if (typeof value === 'string') return hidden(value);
    if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  }
  if (typeof value === 'string') return shown(value);
  const text = typeof value === 'object' ? (JSON.stringify(value) ?? 'an object') : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function issueFaults(
  file: string,
  root: unknown,
  error: z.ZodError,
  prefix: readonly PropertyKey[],
  knownKeys: readonly string[],
): SettingFault[] {
  return error.issues.flatMap((issue) => {
    const at = (path: readonly PropertyKey[]) =>
      `${file}: ${[...prefix, ...path].map(String).join('.') || 'default export'}`;
    if (issue.code !== 'unrecognized_keys') {
      return [
        {
          name: at(issue.path),
          got: describe(valueAt(root, issue.path), issue.path),
          takes: issue.message.replace(/^(Invalid input: expected|takes) /, '').replace(/, received .*$/, ''),
        },
      ];
    }
    return issue.keys.map((key) => {
      const guess = nearest(key, knownKeys);
      const takes = `nothing: there is no such key${guess === undefined ? '' : ` (did you mean ${guess}?)`}`;
      return {
        name: at([...issue.path, key]),
        got: describe(valueAt(root, [...issue.path, key]), [...issue.path, key]),
        takes,
      };
    });
  });
}

const strategyKeys = [
  'extends',
  ...new Set(
    Object.values(builtInStrategies).flatMap((strategy) => [
      ...Object.keys(strategy),
      ...Object.keys(strategy.guardrails),
    ]),
  ),
  'maxChange24hPercent',
  'maxChange7dPercent',
  'roundingStepMinor',
  'ending',
  'model',
  'quoteTitle',
  'freshness',
  ...Object.keys(usualFreshness),
  'tiers',
  'belowValue',
  'fromValue',
  'unsure',
  'belowConfidence',
  'providerOptions',
];
const canaryKeys = ['guidance', 'minCalls', 'cooldownMinutes', 'tolerance'];
const configKeys = [
  ...Object.keys(userConfigSchema.shape),
  ...Object.keys(modelSchema.shape),
  'fromUtc',
  'untilUtc',
  ...canaryKeys,
  ...sinkKeys,
];

/** Reads the default export of a config file; `file` names it in the faults, `changedOn` (`YYYY-MM-DD`) dates its prices. */
export function readUserConfig(file: string, exported: unknown, changedOn: string): UserConfigResult {
  const parsed = userConfigSchema.safeParse(exported);
  if (!parsed.success) return { ok: false, faults: issueFaults(file, exported, parsed.error, [], configKeys) };
  const { strategies: overrides = {}, models: stated = {}, ...sections } = parsed.data;
  const faults: SettingFault[] = [];
  const strategies: Record<string, Strategy> = {};
  for (const [name, { extends: base, ...override }] of Object.entries(overrides)) {
    const baseName = base ?? (Object.hasOwn(builtInStrategies, name) ? name : defaultStrategy);
    const parent = Object.hasOwn(builtInStrategies, baseName) ? builtInStrategies[baseName] : undefined;
    if (parent === undefined) {
      const takes = `one of ${Object.keys(builtInStrategies).join(', ')}`;
      faults.push({ name: `${file}: strategies.${name}.extends`, got: shown(baseName), takes });
      continue;
    }
    const merged = {
      ...parent,
      ...override,
      name,
      guardrails: { ...parent.guardrails, ...override.guardrails },
      rules: { ...parent.rules, ...override.rules },
    };
    const strategy = strategySchema.safeParse(merged);
    if (strategy.success) strategies[name] = strategy.data;
    else faults.push(...issueFaults(file, merged, strategy.error, ['strategies', name], strategyKeys));
  }
  if (faults.length > 0) return { ok: false, faults };
  const models = Object.entries(stated).map(([name, price]): [string, ModelPrice] => [
    name,
    modelPriceOf(price, { source: file, date: changedOn }),
  ]);
  const modelOptions = Object.fromEntries(
    Object.entries(stated).flatMap(([name, { options }]) => (options ? [[name, options]] : [])),
  );
  return { ok: true, strategies, models: Object.fromEntries(models), modelOptions, sections };
}
