import { describe, expect, it } from 'vitest';
import type { GatewayKeyChange, GatewayKeyState } from '../src/gateway-keys.ts';
import { freshStore } from './fixture.ts';

const { store, redis } = freshStore();
const { gatewayKeys } = store;
let made = 0;
function freshId(): string {
  made += 1;
  return String(made).padStart(12, 'a');
}

const resting = (id: string, restMs = 60_000, refusals = 1): GatewayKeyChange => ({
  id,
  state: 'resting',
  restMs,
  refusals,
  reason: 'status 401: no',
});
const active = (id: string): GatewayKeyChange => ({ id, state: 'active', restMs: 0, refusals: 0, reason: '' });

async function stateOf(id: string): Promise<GatewayKeyState | undefined> {
  return (await gatewayKeys.read()).states.find((state) => state.id === id);
}

describe('GatewayKeys', () => {
  it('notes what the gateway made of a key, with the rest that is left', async () => {
    const id = freshId();
    expect(await stateOf(id)).toBeUndefined();
    await gatewayKeys.mark(resting(id));
    const state = await stateOf(id);
    expect(state).toMatchObject({ state: 'resting', refusals: 1, reason: 'status 401: no' });
    expect(state?.restMs).toBeGreaterThan(50_000);
    expect(state?.restMs).toBeLessThanOrEqual(60_000);
    await gatewayKeys.mark(active(id));
    expect(await stateOf(id)).toMatchObject({ state: 'active', restMs: 0, refusals: 0, reason: '' });
    expect((await stateOf(id))?.version).toBeGreaterThan(state?.version ?? Number.NaN);
  });

  it('lets the longer of two rests stand, and no state become news that was there already', async () => {
    const id = freshId();
    await gatewayKeys.mark(resting(id, 120_000, 2));
    const before = await stateOf(id);
    await gatewayKeys.mark(resting(id, 60_000, 1));
    expect(await stateOf(id)).toMatchObject({ refusals: 2, version: before?.version });
    const unheard = freshId();
    await gatewayKeys.mark(active(unheard));
    expect(await stateOf(unheard)).toBeUndefined();
  });

  it('keeps a revoked key revoked, whatever the gateway says, until it is restored', async () => {
    const id = freshId();
    await gatewayKeys.revoke(id, 'by admin');
    await gatewayKeys.mark(active(id));
    await gatewayKeys.mark(resting(id));
    expect(await stateOf(id)).toMatchObject({ state: 'revoked', reason: 'by admin' });
    const { version } = (await stateOf(id)) as GatewayKeyState;
    await gatewayKeys.restore(id);
    const restored = await stateOf(id);
    expect(restored).toMatchObject({ state: 'active' });
    expect(restored?.version).toBeGreaterThan(version);
  });

  it('has versions that rise also after everything was lost', async () => {
    const id = freshId();
    for (let round = 0; round < 50; round += 1) {
      await gatewayKeys.revoke(id, 'x');
      await gatewayKeys.restore(id);
    }
    const before = (await stateOf(id)) as GatewayKeyState;
    await redis.del(store.keys.gatewayKeys());
    await gatewayKeys.revoke(id, 'x');
    await gatewayKeys.restore(id);
    expect((await stateOf(id))?.version).toBeGreaterThan(before.version - 100);
    expect((await stateOf(id))?.version).toBeGreaterThan(Date.parse('2026-01-01'));
  });

  it('gives the right to try a key to one of those who ask', async () => {
    const id = freshId();
    const answers = await Promise.all(Array.from({ length: 50 }, () => gatewayKeys.claimProbe(id, 5000)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    await redis.pexpire(store.keys.gatewayKeyProbe(id), 0);
    expect(await gatewayKeys.claimProbe(id, 5000)).toBe(true);
  });

  it('adds up what the workers did with a key, and when one held it last', async () => {
    const [id, other] = [freshId(), freshId()];
    await gatewayKeys.report([{ id, calls: 3, refused: 1 }]);
    await gatewayKeys.report([
      { id, calls: 2, refused: 0 },
      { id: other, calls: 0, refused: 0 },
    ]);
    const { uses, nowMs } = await gatewayKeys.read();
    expect(uses.get(id)).toMatchObject({ calls: 5, refused: 1 });
    expect(uses.get(other)).toMatchObject({ calls: 0, refused: 0 });
    expect(nowMs - (uses.get(id)?.heldAtMs ?? 0)).toBeLessThan(60_000);
  });

  it('keeps a reason to one short line', async () => {
    const id = freshId();
    await gatewayKeys.mark({ ...resting(id), reason: `tab\tand\nline ${'x'.repeat(500)}` });
    const { reason = '' } = (await stateOf(id)) ?? {};
    expect(reason).toMatch(/^tab and line x+$/);
    expect(reason).toHaveLength(300);
  });
});
