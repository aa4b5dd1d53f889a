import { z } from 'zod';
import { tally } from './values.ts';

/** What GET /healthz answers. */
export const aliveSchema = z.strictObject({ status: z.literal('alive') }).meta({ id: 'Alive' });

const check = z.strictObject({ ok: z.boolean(), detail: z.string() }).meta({ id: 'Check' });

/** What GET /readyz answers. */
export const readinessSchema = z
  .strictObject({
    status: z.enum(['ready', 'not-ready', 'stopping']),
    workers: tally
      .nullable()
      .optional()
      .meta({ description: 'Worker processes that live; null = nobody can tell now. None leaves the API ready' }),
    checks: z.strictObject({ redis: check.optional(), gateway: check.optional(), budget: check.optional() }),
  })
  .meta({
    id: 'Readiness',
    description:
      'Whether each thing that the work needs is there. A closed day is told in `budget` and leaves the API ready',
    example: {
      status: 'ready',
      workers: 2,
      checks: {
        redis: { ok: true, detail: 'Redis is writable and evicts nothing.' },
        gateway: { ok: true, detail: 'the gateway answers' },
        budget: { ok: true, detail: 'The day 2026-11-21 is open.' },
      },
    },
  });
