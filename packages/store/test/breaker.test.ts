import { expect, it } from 'vitest';
import type { AdmissionControl } from '../src/admission.ts';
import type { GatewayHealth, Reservation } from '../src/index.ts';
import { granted, limitedOnClock } from './fixture.ts';

const worst = { costNanoUsd: 1, tokens: 0 };

async function call(admission: AdmissionControl, health: GatewayHealth | undefined): Promise<Reservation> {
  const reservation = await granted(admission.admit('low', worst));
  expect(await admission.send(reservation)).toBe('sent');
  await admission.settle(reservation, 'b', { ...worst, sent: true }, health);
  return reservation;
}

async function broken() {
  const clock = await limitedOnClock({ dailyNanoUsd: 1_000_000 });
  for (let i = 0; i < 20; i++) await call(clock.admission, 'failed');
  return clock;
}

it('opens after 20 failures in a row, for everybody', async () => {
  const { admission, another } = await broken();
  expect(await admission.admit('critical', worst)).toEqual({ granted: false, because: 'rate', retryAfterMs: 5000 });
  expect(await (await another()).admit('critical', worst)).toMatchObject({ because: 'rate' });
});

it('stays closed when a call goes well now and then', async () => {
  const { admission } = await limitedOnClock({ dailyNanoUsd: 1_000_000 });
  for (let i = 0; i < 100; i++) await call(admission, i % 20 === 19 ? 'ok' : 'failed');
  await granted(admission.admit('low', worst));
});

it('does not count what tells nothing of the gateway', async () => {
  const { admission } = await limitedOnClock({ dailyNanoUsd: 1_000_000 });
  for (let i = 0; i < 30; i++) await call(admission, undefined);
  await granted(admission.admit('low', worst));
});

it('lets one call probe when its time is over, and closes when that goes well', async () => {
  const { admission, advance } = await broken();
  await advance(5001);
  const probe = await granted(admission.admit('low', worst));
  expect(await admission.admit('low', worst)).toMatchObject({ because: 'rate', retryAfterMs: 1000 });
  expect(await admission.send(probe)).toBe('sent');
  await admission.settle(probe, 'b', { ...worst, sent: true }, 'ok');
  for (let i = 0; i < 5; i++) await granted(admission.admit('low', worst));
});

it('lets another call probe soon when the process of the one that was to probe died before it sent it', async () => {
  const { admission, advance } = await broken();
  await advance(5001);
  await granted(admission.admit('low', worst));
  await advance(5001);
  await admission.tick();
  await granted(admission.admit('low', worst));
});

it('opens for twice as long each time that a probe fails, a minute at most', async () => {
  const { admission, advance } = await broken();
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    const refused = await admission.admit('low', worst);
    waits.push('retryAfterMs' in refused ? refused.retryAfterMs : 0);
    await advance((waits.at(-1) ?? 0) + 1);
    await call(admission, 'failed');
  }
  expect(waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
});

it('lets another call probe when the first was never sent, or its process died', async () => {
  const { admission, advance } = await broken();
  await advance(5001);
  const late = await granted(admission.admit('low', worst));
  await admission.settle(late, 'b', { costNanoUsd: 0, tokens: 0, sent: false });
  await granted(admission.admit('low', worst));
  expect(await admission.admit('low', worst)).toMatchObject({ because: 'rate' });
  await advance(60_001);
  await granted(admission.admit('low', worst));
});

it('gives back calls that were granted before it opened', async () => {
  const { admission } = await limitedOnClock({ dailyNanoUsd: 1_000_000 });
  const early = await granted(admission.admit('low', worst));
  for (let i = 0; i < 20; i++) await call(admission, 'failed');
  expect(await admission.send(early)).toBe('late');
  expect((await admission.budget()).reservedNanoUsd).toBe(0);
});
