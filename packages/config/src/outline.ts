import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).catch({});
const part = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape).optional().catch(undefined);

const outlineSchema = z
  .object({
    models: byName(z.unknown()),
    strategies: byName(part({ model: text, tiers: part({ large: part({ model: text }) }) })),
    canary: part({ model: text, guidance: z.record(z.string(), z.unknown()).optional().catch(undefined) }),
    feeds: byName(part({ source: text })),
    sources: byName(part({ kind: text })),
  })
  .catch({ models: {}, strategies: {}, canary: undefined, feeds: {}, sources: {} });

/** The names in a config file, and where it uses them: enough to tell those that name nothing while other parts of it are wrong. */
export type ConfigOutline = z.output<typeof outlineSchema>;

/** What a config file names, as far as it can be told: what is wrong otherwise is left out. */
export function outlineOf(exported: unknown): ConfigOutline {
  return outlineSchema.parse(exported);
}
