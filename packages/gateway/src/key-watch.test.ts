import { describe, expect, it, onTestFinished } from 'vitest';
import type { SharedKeyState } from './key-state.ts';
import { KeyWatch, type KeyWatchOptions } from './key-watch.ts';

function watching(options: Partial<KeyWatchOptions>): { watch: KeyWatch; told: unknown[] } {
  const told: unknown[] = [];
  const watch = new KeyWatch({
    client: {
      replaceKeys: (keys) => void told.push(['replaced', ...keys]),
      applyKeyStates: (states) => void told.push(['applied', ...states.map((state) => state.version)]),
    },
    readStates: async () => [],
    onKeys: (keys) => void told.push(['secret', ...keys]),
    onError: (error) => void told.push(error.message),
    everyMs: 1,
    ...options,
  });
  onTestFinished(() => watch.stop());
  return { watch, told };
}

const revoked: SharedKeyState = { id: 'a', state: 'revoked', restMs: 0, refusals: 0, reason: '', version: 7 };

describe('KeyWatch', () => {
  it('has looked once when it has started, and makes new keys known as secrets before they are used', async () => {
    const { watch, told } = watching({ readStates: async () => [revoked], changedKeys: async () => ['new'] });
    await watch.start();
    watch.stop();
    expect(told.slice(0, 3).map(String).sort()).toEqual(['applied,7', 'replaced,new', 'secret,new']);
    expect(told.findIndex((entry) => String(entry) === 'secret,new')).toBeLessThan(
      told.findIndex((entry) => String(entry) === 'replaced,new'),
    );
  });

  it('goes on after an error, and after it was told to stop no more', async () => {
    let looks = 0;
    const { watch, told } = watching({
      readStates: async () => {
        looks += 1;
        if (looks === 1) throw new Error('Redis is away');
        return [revoked];
      },
      changedKeys: async () => undefined,
    });
    await watch.start();
    expect(told).toEqual(['Redis is away']);
    await expect.poll(() => told.length).toBeGreaterThan(3);
    expect(told).not.toContain('secret');
    watch.stop();
    const after = looks;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(looks).toBe(after);
  });

  it('sees new keys though the states do not come', async () => {
    const { promise: never } = Promise.withResolvers<readonly SharedKeyState[]>();
    const { watch, told } = watching({ readStates: () => never, changedKeys: async () => ['new'] });
    void watch.start();
    await expect.poll(() => told.map(String)).toContain('replaced,new');
  });
});
