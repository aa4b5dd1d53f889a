import type { ModelPrice } from '@reprice/gateway';
import {
  builtInStrategies,
  defaultStrategy,
  type ProviderOptions,
  type Strategy,
  strategySchema,
  type TierPolicy,
  usualFreshness,
} from '@reprice/pricing';
import { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { feedSchema } from './feed-fields.ts';
import { hidden, shown } from './masking.ts';
import { type ModelPriceInput, modelPriceOf, modelSchema } from './model-fields.ts';
import { type ConfigOutline, outlineOf } from './outline.ts';
import { type ConfigSections, type ConfigSectionsInput, sectionSchemas } from './sections.ts';
import type { SettingFault } from './setting.ts';
import { sinkKeys } from './sink-fields.ts';

const userConfigSchema = z.strictObject({
  // A strategy is checked whole, after its base is merged in.
  strategies: z.record(z.string(), z.looseObject({})).optional(),
  models: z.record(z.string().min(1).max(200), modelSchema).optional(),
  ...sectionSchemas,
});

/** A strategy as a config file states it: whatever it leaves out comes from the one that it extends. */
export interface StrategyOverride
  extends Partial<
    Omit<
      Strategy,
      'name' | 'guardrails' | 'rules' | 'freshness' | 'tiers' | 'modelOptions' | 'modelNames' | 'stableModel'
    >
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
      /** The name that goes to the gateway, of those models that have another there. */
      readonly modelNames: Record<string, string>;
      readonly sections: ConfigSections;
    }
  | {
      readonly ok: false;
      readonly faults: readonly SettingFault[];
      /** What it names all the same; absent where it could not be loaded. */
      readonly outline?: ConfigOutline;
    };

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
  keys: readonly string[],
): SettingFault[] {
  return error.issues.flatMap((issue) => {
    const at = (path: readonly PropertyKey[]) =>
      `${file}: ${[...prefix, ...path].map(String).join('.') || 'default export'}`;
    if (issue.code === 'invalid_key') {
      const takes = issue.issues[0]?.message ?? 'another name';
      return [{ name: at(issue.path), got: `the name ${shown(String(issue.path.at(-1)))}`, takes }];
    }
    if (issue.code !== 'unrecognized_keys') {
      return [
        {
          name: at(issue.path),
          got: describe(valueAt(root, issue.path), issue.path),
          takes: issue.message.replace(/^(Invalid input: expected|takes) /, '').replace(/, received .*$/, ''),
        },
      ];
    }
    const knownKeys = issue.path[0] === 'feeds' ? Object.keys(feedSchema.shape) : keys;
    return issue.keys.map((key) => {
      const takes = `nothing: there is no such key${didYouMean(key, knownKeys)}`;
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a part of a strategy says over the same part of its base; what is no object is left to the schema. */
function over(base: object, own: unknown): unknown {
  return own === undefined || isObject(own) ? { ...base, ...own } : own;
}

/** The strategies of a config file, each over its base; one whose base is unknown is checked over the usual one. */
function readStrategies(
  file: string,
  stated: unknown,
): { strategies: Record<string, Strategy>; faults: SettingFault[] } {
  const faults: SettingFault[] = [];
  const strategies: Record<string, Strategy> = {};
  for (const [name, whole] of isObject(stated) ? Object.entries(stated) : []) {
    if (!isObject(whole)) continue;
    const { extends: base, ...override } = whole;
    const usual = Object.hasOwn(builtInStrategies, name) ? name : defaultStrategy;
    const isKnown = base === undefined || (typeof base === 'string' && Object.hasOwn(builtInStrategies, base));
    if (!isKnown) {
      const takes = `one of ${Object.keys(builtInStrategies).join(', ')}`;
      faults.push({ name: `${file}: strategies.${name}.extends`, got: describe(base, []), takes });
    }
    const parent = builtInStrategies[isKnown && base !== undefined ? String(base) : usual];
    const merged = {
      ...parent,
      ...override,
      name,
      guardrails: over({ ...parent?.guardrails }, override.guardrails),
      rules: over({ ...parent?.rules }, override.rules),
    };
    const strategy = strategySchema.safeParse(merged);
    if (strategy.success) strategies[name] = strategy.data;
    else faults.push(...issueFaults(file, merged, strategy.error, ['strategies', name], strategyKeys));
  }
  return { strategies, faults };
}

/** Reads the default export of a config file; `file` names it in the faults, `changedOn` (`YYYY-MM-DD`) dates its prices. */
export function readUserConfig(file: string, exported: unknown, changedOn: string): UserConfigResult {
  const parsed = userConfigSchema.safeParse(exported);
  const { strategies, faults } = readStrategies(file, valueAt(exported, ['strategies']));
  if (!parsed.success) faults.unshift(...issueFaults(file, exported, parsed.error, [], configKeys));
  if (!parsed.success || faults.length > 0) return { ok: false, faults, outline: outlineOf(exported) };
  const { strategies: _, models: stated = {}, ...sections } = parsed.data;
  const models = Object.entries(stated).map(([name, price]): [string, ModelPrice] => [
    name,
    modelPriceOf(price, { source: file, date: changedOn }),
  ]);
  const modelOptions = Object.fromEntries(
    Object.entries(stated).flatMap(([name, { options }]) => (options ? [[name, options]] : [])),
  );
  const modelNames = Object.fromEntries(models.flatMap(([name, { as }]) => (as === undefined ? [] : [[name, as]])));
  return { ok: true, strategies, models: Object.fromEntries(models), modelOptions, modelNames, sections };
}
