import { describe, expect, it } from 'vitest';
import { keyRestMs, mostKeyRestMs, mostUnconfirmed, refusalComesWithinMs } from './key-entry.ts';
import { type KeyLoan, KeyRing, type KeyRingOptions } from './key-ring.ts';
import { type KeyChange, keyFingerprint, type SharedKeyState } from './key-state.ts';

/** A ring with a clock that the test turns. */
function ringOf(keys: readonly string[], options: KeyRingOptions = {}) {
  const clock = { nowMs: 0 };
  const changes: KeyChange[] = [];
  const ring = new KeyRing(keys, {
    steadyMs: () => clock.nowMs,
    onChange: (change) => changes.push(change),
    ...options,
  });
  const lend = (): KeyLoan => {
    const taken = ring.take();
    if (taken === undefined || !('loan' in taken)) throw new Error('no key is free');
    return taken.loan;
  };
  return { ring, clock, changes, lend };
}

/** Which key a call would use now, without using it. */
function next(ring: KeyRing): string | number | undefined {
  const taken = ring.take();
  if (taken === undefined) return undefined;
  if (!('loan' in taken)) return taken.waitMs;
  taken.loan.release();
  return taken.loan.key;
}

const shared = (key: string, state: SharedKeyState['state'], version: number, restMs = 0): SharedKeyState => ({
  id: keyFingerprint(key),
  state,
  restMs,
  refusals: state === 'resting' ? 1 : 0,
  reason: state === 'active' ? '' : 'because',
  version,
});

describe('KeyRing', () => {
  it('takes the first key that does not rest, and tells of each that does', () => {
    const { ring, clock, changes, lend } = ringOf(['a', 'b']);
    lend().refused('status 401: no');
    expect([next(ring), ring.active, ring.backInMs]).toEqual(['b', 1, 0]);
    clock.nowMs = 20_000;
    lend().refused('status 401: no');
    expect([next(ring), ring.active, ring.backInMs]).toEqual([undefined, 0, 40_000]);
    const change = { state: 'resting', restMs: keyRestMs, refusals: 1, reason: 'status 401: no' };
    expect(changes).toEqual([
      { id: keyFingerprint('a'), ...change },
      { id: keyFingerprint('b'), ...change },
    ]);
    expect(ring.view).toMatchObject([
      { id: keyFingerprint('a'), position: 1, state: 'resting', restMs: 40_000, calls: 1, refused: 1 },
      { position: 2, state: 'resting', restMs: 60_000 },
    ]);
  });

  it('without keys has one that is anonymous, that any number of calls use at once, and that nobody is told of', () => {
    const { ring, changes, lend } = ringOf([]);
    const loans = Array.from({ length: 100 }, lend);
    expect(new Set(loans.map((loan) => loan.key))).toEqual(new Set(['']));
    loans[0]?.refused('status 401');
    expect([ring.take(), ring.view, changes]).toEqual([undefined, [], []]);
  });
});

describe('a key after its rest', () => {
  it('is tried by one call at a time, while the others use the next', () => {
    const { ring, clock, changes, lend } = ringOf(['a', 'b']);
    lend().refused('no');
    lend().accepted();
    clock.nowMs = keyRestMs;
    const probe = lend();
    expect([probe.key, next(ring), next(ring)]).toEqual(['a', 'b', 'b']);
    probe.accepted();
    expect([next(ring), changes.at(-1)?.state]).toEqual(['a', 'active']);
  });

  it('rests twice as long each time it is refused again, 15 minutes at most, and a minute again once it was accepted', () => {
    const { ring, clock, changes, lend } = ringOf(['a']);
    for (let refusal = 0; refusal < 6; refusal += 1) {
      clock.nowMs += ring.backInMs ?? Number.NaN;
      lend().refused('no');
    }
    const rests = [1, 2, 4, 8, 15, 15].map((minutes) => minutes * 60_000);
    expect(changes.map((change) => change.restMs)).toEqual(rests);
    expect(rests.at(-1)).toBe(mostKeyRestMs);
    clock.nowMs += mostKeyRestMs;
    lend().accepted();
    lend().refused('no');
    expect(changes.at(-1)?.restMs).toBe(keyRestMs);
  });

  it('is tried by the next call when one found out nothing', () => {
    const { ring, clock, lend } = ringOf(['a']);
    lend().refused('no');
    clock.nowMs = keyRestMs;
    const probe = lend();
    expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
    clock.nowMs += refusalComesWithinMs;
    expect(ring.take()).toBeUndefined();
    probe.release();
    expect(next(ring)).toBe('a');
  });

  it('is tried by the process that gets the right to it', async () => {
    const answers = [false, true];
    const asked: string[] = [];
    const { ring, clock, lend } = ringOf(['a'], {
      claimProbe: async (id) => {
        asked.push(id);
        return answers.shift() ?? false;
      },
    });
    lend().refused('no');
    clock.nowMs = keyRestMs;
    expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
    await ring.changed(1000);
    expect(ring.take()).toBeUndefined();
    clock.nowMs += 1000;
    expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
    await ring.changed(1000);
    const probe = lend();
    expect([probe.key, ring.take(), asked]).toEqual([
      'a',
      { waitMs: refusalComesWithinMs },
      [keyFingerprint('a'), keyFingerprint('a')],
    ]);
  });
});

describe('a key that is not known to be good', () => {
  it('is tried by one call, and when that is refused by no other', () => {
    const { ring, lend } = ringOf(['dead']);
    const first = lend();
    expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
    first.refused('no');
    expect(ring.take()).toBeUndefined();
    expect(ring.view).toMatchObject([{ calls: 1, refused: 1 }]);
  });

  it('is used by more calls each time one is accepted', () => {
    const { ring, lend } = ringOf(['good']);
    const open = [lend()];
    const startedAtOnce: number[] = [];
    while (startedAtOnce.length < 4) {
      const accepted = open.splice(0);
      for (const loan of accepted) {
        loan.accepted();
        for (let more = 0; more < mostUnconfirmed; more += 1) open.push(lend());
        expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
      }
      startedAtOnce.push(open.length);
    }
    expect(startedAtOnce).toEqual([3, 9, 27, 81]);
  });

  it('is used by all when nothing was refused for longer than a refusal takes', () => {
    const { ring, clock, lend } = ringOf(['slow']);
    lend();
    clock.nowMs = refusalComesWithinMs - 1;
    expect(ring.take()).toEqual({ waitMs: 1 });
    clock.nowMs = refusalComesWithinMs;
    expect(Array.from({ length: 400 }, lend)).toHaveLength(400);
  });

  it('costs few calls when it dies after it was good', () => {
    const { ring, clock, lend } = ringOf(['a', 'b']);
    lend().accepted();
    clock.nowMs = 5000;
    const loans = Array.from({ length: mostUnconfirmed }, lend);
    expect(ring.take()).toEqual({ waitMs: refusalComesWithinMs });
    for (const loan of loans) loan.refused('no');
    expect(ring.view[0]).toMatchObject({ calls: 1 + mostUnconfirmed, refused: mostUnconfirmed });
    expect(next(ring)).toBe('b');
  });

  it('is stood in for by one further back that is', () => {
    const { ring, lend } = ringOf(['known']);
    lend().accepted();
    ring.replace(['new', 'unknown', 'known']);
    const tries = lend();
    expect([tries.key, lend().key, lend().key]).toEqual(['new', 'known', 'known']);
    tries.accepted();
    expect(next(ring)).toBe('new');
  });

  it('lets those go on first that have waited longest', async () => {
    const { ring, lend } = ringOf(['a']);
    const first = lend();
    const woken: number[] = [];
    for (let call = 0; call < 10; call += 1) void ring.changed(60_000).then(() => woken.push(call));
    first.accepted();
    await Promise.resolve();
    expect(woken).toEqual([0, 1, 2]);
    first.refused('no');
    await Promise.resolve();
    expect(woken).toHaveLength(10);
  });
});

describe('replace', () => {
  it('takes a key away from the next call on, and leaves calls in flight alone', () => {
    const { ring, changes, lend } = ringOf(['old', 'kept']);
    const inFlight = lend();
    ring.replace(['new', 'kept']);
    expect(next(ring)).toBe('new');
    inFlight.refused('no');
    expect([next(ring), ring.view.map((key) => key.state)]).toEqual(['new', ['active', 'active']]);
    expect(changes.filter((change) => ring.view.some((key) => key.id === change.id))).toEqual([]);
  });

  it('keeps what is known of the keys that stay, and knows what others found out of those that come', () => {
    const { ring, lend } = ringOf(['a', 'b']);
    lend().refused('no');
    ring.applyStates([shared('c', 'revoked', 1)]);
    ring.replace(['c', 'b', 'a']);
    expect(ring.view.map((key) => key.state)).toEqual(['revoked', 'active', 'resting']);
  });
});

describe('applyStates', () => {
  it('takes over revoked, resting and restored, each once', () => {
    const { ring, lend } = ringOf(['a']);
    ring.applyStates([shared('a', 'revoked', 1)]);
    expect([next(ring), ring.backInMs, ring.active]).toEqual([undefined, undefined, 0]);
    ring.applyStates([shared('a', 'active', 2)]);
    expect(next(ring)).toBe('a');
    ring.applyStates([shared('a', 'resting', 3, 5000)]);
    expect([next(ring), ring.backInMs]).toEqual([undefined, 5000]);
    ring.applyStates([shared('a', 'active', 4)]);
    lend().refused('no');
    // What was read before the refusal was written is no news.
    ring.applyStates([shared('a', 'active', 4)]);
    expect(next(ring)).toBeUndefined();
  });

  it('does not let a call that began before change what was decided since', () => {
    const { ring, changes, lend } = ringOf(['a']);
    const early = lend();
    ring.applyStates([shared('a', 'revoked', 1)]);
    early.accepted();
    expect([next(ring), changes]).toEqual([undefined, []]);
    ring.applyStates([shared('a', 'active', 2)]);
    early.refused('no');
    expect([next(ring), changes]).toEqual(['a', []]);
  });
});
