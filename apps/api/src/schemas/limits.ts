import { rateLimitBounds } from '@reprice/config';
import { z } from 'zod';
import { tally } from './values.ts';

const limit = (most: number, what: string) => {
  const takes = `a whole number from 0 to ${most}; 0 = no limit`;
  return z
    .int(takes)
    .min(0, takes)
    .max(most, takes)
    .optional()
    .meta({ description: `${what} a minute; 0 = no limit` });
};

/** PUT /v1/limits; what is not given stays. */
export const limitsBody = z
  .strictObject({ rpm: limit(rateLimitBounds.rpm, 'Requests'), tpm: limit(rateLimitBounds.tpm, 'Tokens') })
  .meta({ id: 'LimitsChange', example: { rpm: 600 }, override: { minProperties: 1 } });

/** Requests and tokens a minute over all workers. */
export const limitsSchema = z
  .strictObject({
    rpm: tally.meta({ description: 'Requests a minute, as set; 0 = no limit' }),
    tpm: tally.meta({ description: 'Tokens a minute, as set; 0 = no limit' }),
    learnedRpm: tally.optional().meta({ description: 'Requests a minute, as the gateway told' }),
    learnedTpm: tally.optional().meta({ description: 'Tokens a minute, as the gateway told' }),
    effectiveRpm: tally.meta({ description: 'What holds of both; 0 = no limit' }),
    effectiveTpm: tally.meta({ description: 'What holds of both; 0 = no limit' }),
  })
  .meta({ id: 'Limits', example: { rpm: 1000, tpm: 0, learnedRpm: 600, effectiveRpm: 600, effectiveTpm: 0 } });
