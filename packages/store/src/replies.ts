import type { ChainableCommander } from 'ioredis';

/** Sends the commands of a pipeline or transaction, and returns their replies in order. Throws the first error among them. */
export async function repliesTo(steps: ChainableCommander): Promise<unknown[]> {
  const results = await steps.exec();
  if (!results) throw new Error('Connection is closed: Redis gave no reply to a transaction');
  return results.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}
