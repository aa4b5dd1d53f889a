import { expect, it } from 'vitest';
import { type QueueLook, WorkerLiveness } from './liveness.ts';

class Clocked {
  nowMs = 0;
  found: QueueLook = { waiting: true, keptBack: false };
  readonly liveness = new WorkerLiveness(
    async () => this.found,
    () => this.nowMs,
  );

  /** Looks every two seconds for so long, and says whether it is alive then. */
  async after(seconds: number, found: Partial<QueueLook> = {}): Promise<boolean> {
    this.found = { waiting: true, keptBack: false, ...found };
    for (let i = 0; i < seconds / 2; i++) {
      this.nowMs += 2000;
      await this.liveness.look();
    }
    return this.liveness.state().ok;
  }
}

it('is stuck when jobs wait, nothing keeps them back, and it has started none for 60 s', async () => {
  const clocked = new Clocked();
  expect(clocked.liveness.state().ok).toBe(true);
  expect(await clocked.after(60)).toBe(true);
  expect(await clocked.after(2)).toBe(false);
  expect(clocked.liveness.state().detail).toContain('60 s');
});

it.each<[string, (clocked: Clocked) => void, Partial<QueueLook>]>([
  ['a pack began', ({ liveness }) => liveness.started(), {}],
  ['nothing waits', () => {}, { waiting: false }],
  ['a rest, a pause or a limit keeps them back', () => {}, { keptBack: true }],
])('is alive while %s', async (_case, happens, found) => {
  const clocked = new Clocked();
  await clocked.after(60);
  happens(clocked);
  expect(await clocked.after(2, found)).toBe(true);
  expect(await clocked.after(58)).toBe(true);
  expect(await clocked.after(6)).toBe(false);
});

it('counts anew after Redis was away, when no look came through', async () => {
  const clocked = new Clocked();
  await clocked.after(60);
  clocked.nowMs += 120_000;
  expect(clocked.liveness.state().ok).toBe(true);
  expect(await clocked.after(60)).toBe(true);
  expect(await clocked.after(2)).toBe(false);
});
