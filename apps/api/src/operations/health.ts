import type { Operation } from '../http/operation.ts';
import { aliveSchema, readinessSchema } from '../schemas/health.ts';

/** GET /healthz. */
export const getHealth: Operation = {
  id: 'getHealth',
  tag: 'service',
  summary: 'Whether the process is alive',
  replies: { 200: { description: 'It is.', content: { 'application/json': aliveSchema } } },
};

/** GET /readyz. */
export const getReadiness: Operation = {
  id: 'getReadiness',
  tag: 'service',
  summary: 'Whether the process can do its work',
  description: 'Answers within two seconds.',
  replies: {
    200: { description: 'It can.', content: { 'application/json': readinessSchema } },
    503: { description: 'It cannot, and why.', content: { 'application/json': readinessSchema } },
  },
};
