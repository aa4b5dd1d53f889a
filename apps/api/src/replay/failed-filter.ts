import { type Priority, priorities } from '@reprice/pricing';
import type { FailedJobFilter } from '@reprice/store';
import { z } from 'zod';

const ages: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** A length of time as text: seconds, or `90s`, `30m`, `2h`, `7d`. */
const ageText = /^([1-9]\d{0,8})([smhd]?)$/;

const reason = z
  .string('a reason such as gateway_failed')
  .regex(/^[a-z][a-z0-9_]{0,59}$/, 'a reason such as gateway_failed');
const priority = z.enum(priorities, `one of ${priorities.join(', ')}`);
const batch = z.string('the id of a batch').regex(/^[bjo][0-9a-z]{11}$/, 'the id of a batch');

const filter = {
  reason: reason.optional().meta({ description: 'Failed for this reason', example: 'gateway_failed' }),
  priority: priority.optional().meta({ description: 'Of this priority' }),
  batch: batch.optional().meta({ description: 'Of this batch', example: 'bmi8wzxq0a1f' }),
};

/** Which failed jobs, as query parameters. `state` is there because the contract names it; only failed jobs are kept in a list. */
export const filterQuery = {
  state: z
    .literal('failed', 'failed: only failed jobs are listed; GET /v1/jobs/:id tells of any other')
    .default('failed')
    .meta({ description: 'Only failed jobs are listed' }),
  ...filter,
  maxAge: z
    .string()
    .regex(ageText, 'a length of time such as 90s, 30m, 2h or 7d')
    .optional()
    .meta({ description: 'Failed within this time: seconds, or with the unit `s`, `m`, `h` or `d`', example: '2h' }),
};

/** Which failed jobs, as members of a JSON object. */
export const filterBody = {
  ...filter,
  maxAgeSeconds: z
    .number('seconds, more than 0')
    .positive('seconds, more than 0')
    .max(1e9, 'seconds, at most 1e9')
    .optional()
    .meta({ description: 'Failed within so many seconds', example: 7200 }),
};

/** Which failed jobs, read. */
export interface FilterInput {
  readonly reason?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly batch?: string | undefined;
  readonly maxAgeSeconds?: number | undefined;
}

/** The seconds of a length of time that {@link filterQuery} let through. */
export function ageSeconds(text: string): number {
  const [, count = '', unit = ''] = ageText.exec(text) ?? [];
  return Number(count) * (ages[unit] ?? 1);
}

/** The filter as the store takes it; ages count back from `nowMs` of Redis' clock. */
export function storeFilter({ reason, priority, batch, maxAgeSeconds }: FilterInput, nowMs: number): FailedJobFilter {
  return {
    ...(reason !== undefined && { reason }),
    ...(priority !== undefined && { priority }),
    ...(batch !== undefined && { batchId: batch }),
    ...(maxAgeSeconds !== undefined && { sinceMs: nowMs - maxAgeSeconds * 1000 }),
  };
}
