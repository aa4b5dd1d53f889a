import { z } from 'zod';
import { instant } from './values.ts';

const finding = z
  .strictObject({
    id: z.string().meta({ description: 'What it is about' }),
    state: z.enum(['ok', 'warning', 'failed']),
    detail: z.string().meta({ description: 'What was found, for a person' }),
    advice: z.string().optional().meta({ description: 'What to do' }),
  })
  .meta({ id: 'Finding' });

/** What GET /v1/doctor answers. */
export const examinationSchema = z
  .strictObject({
    at: instant.meta({ description: 'The clock of the API' }),
    checks: z.array(finding),
    unseen: z.array(z.string()).meta({ description: 'What could not be looked at, since Redis is away' }),
  })
  .meta({
    id: 'Examination',
    description: 'All that the work needs, looked at, and what to do where something is wrong',
    example: {
      at: '2026-11-21T10:00:00.000Z',
      checks: [
        { id: 'gateway', state: 'ok', detail: 'The gateway answers and takes the key (12 ms).' },
        {
          id: 'workers',
          state: 'failed',
          detail: 'No worker runs: what is submitted waits.',
          advice: 'Start one: npm run worker',
        },
      ],
      unseen: [],
    },
  });
