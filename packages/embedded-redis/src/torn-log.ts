import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisStartError } from './redis-start-error.ts';

const answerMs = 5000;
const pollMs = 50;

/** Whether Redis found the end of its append-only file torn, as a power cut leaves it, and cut that off. */
export function wasTorn(logLines: readonly string[]): boolean {
  return logLines.some((line) => line.includes('Truncating the AOF'));
}

/**
 * Has the append-only file written anew, and waits until it is. Redis 7.0 cuts off a torn last command but leaves the MULTI that it stood in
 * open, so that all that is appended from now on would be read as part of it at the next start, and lost (seen with 7.0.15).
 *
 * @throws RedisStartError when Redis does not
 */
export async function mendLog(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    await ask(socket, 'BGREWRITEAOF');
    for (;;) {
      const info = await ask(socket, 'INFO persistence');
      if (/^aof_last_bgrewrite_status:err/m.test(info)) throw new Error('the rewrite failed; is the disk full?');
      if (/^aof_rewrite_in_progress:0/m.test(info) && /^aof_rewrite_scheduled:0/m.test(info)) return;
      await sleep(pollMs);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RedisStartError('redis_failed', `Redis does not mend its append-only file, torn by a power cut: ${why}`);
  } finally {
    socket.destroy();
  }
}

/** The reply to an inline command, whole enough for these two: an error, one line, or INFO's few lines in one packet. */
async function ask(socket: Socket, command: string): Promise<string> {
  socket.write(`${command}\r\n`);
  const [reply] = (await once(socket, 'data', { signal: AbortSignal.timeout(answerMs) })) as [Buffer];
  const text = reply.toString();
  if (text.startsWith('-')) throw new Error(text.trim());
  return text;
}
