import { slotOwnerOptions } from '@reprice/process';
import { Store } from '@reprice/store';
import { Redis } from 'ioredis';

const LOOK_MS = 2000;

/** Calls `then` once, as soon as a sink is saved in this Redis. Returns what ends the looking. */
export function whenSinkIsSaved(redisUrl: string, then: () => void): () => void {
  const urls = redisUrl.split(',').map((url) => url.trim());
  const redis = new Redis(urls[0] ?? '', slotOwnerOptions(urls)).on('error', () => {}); // whoever needs Redis more will tell
  const { sinks } = new Store(redis);
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const end = (): void => {
    isEnded = true;
    clearTimeout(timer);
    redis.disconnect();
  };
  const look = async (): Promise<void> => {
    const saved = await sinks.saved().catch(() => ({}));
    if (isEnded) return;
    if (Object.keys(saved).length > 0) {
      end();
      then();
    } else timer = setTimeout(look, LOOK_MS);
  };
  void look();
  return end;
}
