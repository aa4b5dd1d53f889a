import { z } from 'zod';
import type { Operation } from '../http/operation.ts';

/** GET /metrics. */
export const getMetrics: Operation = {
  id: 'getMetrics',
  tag: 'service',
  summary: 'Metrics for Prometheus',
  description:
    'The text format 0.0.4. Let Prometheus send a key of scope read (`authorization: {credentials: …}`). Workers, feeds and sinks serve their own, see METRICS_PORT.',
  replies: { 200: { description: 'A scrape.', content: { 'text/plain': z.string() } } },
};
