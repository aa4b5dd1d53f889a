import { z } from 'zod';

const points = (most: number) => {
  const takes = `a number from 0 to ${most}`;
  return z.number(takes).min(0, takes).max(most, takes).optional();
};

const calls = 'a whole number from 50 to 10000';
const minutes = 'a whole number from 1 to 1440';
const model = 'the name of a model, 1 to 128 characters';
const wording = 'an object of strategy names with 1 to 400 characters of guidance each';

/** What may be said about a canary, in a config file as defaults and in PUT /v1/canary. */
export const canaryFields = {
  model: z.string(model).min(1, model).max(128, model).optional().meta({
    description:
      'Answers in place of the stable model; a strategy that names a model keeps it. A name of `models` in reprice.config.ts or of the built-in price list: with `as` and `options` there, the same model at another provider',
  }),
  guidance: z
    .record(z.string(), z.string(wording).trim().min(1, wording).max(400, wording), wording)
    .optional()
    .meta({ description: 'By strategy: what the prompt tells the model to aim for, in place of the strategy’s own' }),
  minCalls: z
    .int(calls)
    .min(50, calls)
    .max(10_000, calls)
    .optional()
    .meta({ description: 'It is not judged before so many calls; default 100' }),
  cooldownMinutes: z
    .int(minutes)
    .min(1, minutes)
    .max(1440, minutes)
    .optional()
    .meta({ description: 'After a rollback none begins for so long; default 15' }),
  tolerance: z
    .strictObject(
      {
        errorPoints: points(100),
        invalidPoints: points(100),
        clampPoints: points(100),
        latencyMs: points(600_000),
        costPercent: points(100_000),
      },
      'an object of errorPoints, invalidPoints, clampPoints, latencyMs and costPercent',
    )
    .optional()
    .meta({
      description:
        'How far it may be worse than stable: failed calls, rows without a valid answer and prices moved by guardrails in percentage points (default 1 each), p99 in ms (500), cost of the same calls in per cent (50)',
    }),
};

/** `canary` of a config file. */
export const canaryDefaultsSchema = z.strictObject(canaryFields);

/** What PUT /v1/canary takes for granted where it is not told. */
export type CanaryDefaults = z.infer<typeof canaryDefaultsSchema>;
