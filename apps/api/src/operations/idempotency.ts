import { z } from 'zod';
import type { OperationReply } from '../http/operation.ts';

/** The request header by which a submission may be sent again. */
export const idempotencyHeaders = {
  'idempotency-key': z.string().optional().meta({
    description:
      'A name of your own for this request, new for each. The same request with the same key is accepted once and gives the same batch, for 24 hours; after a lost connection send it again as it was',
    example: '8e03978e-40d5-43e8-bc93-6894a57f9324',
  }),
};

/** Tells of a repetition in the reply. */
export const replayedHeader = { 'idempotency-replayed': '`true` where a request with this key was accepted before' };

/** What only a request with a key is answered. */
export const idempotencyReplies: Readonly<Record<409 | 422, OperationReply>> = {
  409: {
    description: 'A request with this `Idempotency-Key` is under way, or what it was accepted as is gone.',
    headers: { 'retry-after': 'Seconds after which it is worth trying again' },
  },
  422: { description: 'This `Idempotency-Key` stands for another request.' },
};
