import type { Operation } from '../http/operation.ts';
import { batchSchema } from '../schemas/batch.ts';

/** POST /v1/batches/:id/cancel. */
export const cancelBatch: Operation = {
  id: 'cancelBatch',
  tag: 'batches',
  summary: 'Cancel a batch',
  description:
    'What is priced stays; what waits never runs and stays counted as `waiting`; a call that is under way is paid for, and its answer thrown away. Its failed jobs cannot be replayed. Cancelling it again changes nothing.',
  replies: {
    200: { description: 'The batch, `cancelled`.', content: { 'application/json': batchSchema } },
    409: {
      description:
        'The batch is done, or it is still being received: then end its upload instead, and nothing of it is kept.',
    },
  },
};
