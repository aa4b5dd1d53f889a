/** Most distinct keys remembered; the one that was let through longest ago is forgotten first. */
const maxKeys = 1000;

/** One turn to speak. */
export interface Turn {
  /** How often the same was kept quiet since the last turn. */
  readonly suppressed: number;
}

/**
 * Keeps a repeating error from filling the log: for each key the returned function gives a {@link Turn} at most once in `intervalMs`,
 * and otherwise `undefined`, which means: say nothing. `nowMs` is a monotonic clock.
 *
 * @example
 * const redisErrors = onceEvery(10_000);
 * redis.on('error', (err) => {
 *   const turn = redisErrors(err.message);
 *   if (turn) logger.error({ err, suppressed: turn.suppressed }, 'Redis is away');
 * });
 */
export function onceEvery(intervalMs: number, nowMs = () => performance.now()): (key?: string) => Turn | undefined {
  const turns = new Map<string, { lastMs: number; suppressed: number }>();
  return (key = '') => {
    const seen = turns.get(key);
    const now = nowMs();
    if (seen !== undefined && now - seen.lastMs < intervalMs) {
      seen.suppressed += 1;
      return undefined;
    }
    turns.delete(key);
    turns.set(key, { lastMs: now, suppressed: 0 });
    const [oldest] = turns.keys();
    if (turns.size > maxKeys && oldest !== undefined) turns.delete(oldest);
    return { suppressed: seen?.suppressed ?? 0 };
  };
}

/** A message with its words that hold digits made alike: errors that differ in an id or a port alone are the same error. */
export function withoutNumbers(message: string): string {
  return message
    .split(' ')
    .map((word) => (/\d/.test(word) ? '#' : word))
    .join(' ');
}
