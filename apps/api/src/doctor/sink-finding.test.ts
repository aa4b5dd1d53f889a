import { expect, it } from 'vitest';
import type { ShownSink } from '../sinks/sink-view.ts';
import { sinkFinding } from './sink-finding.ts';

const shop = { name: 'shop', state: 'delivering', waiting: 0, dead: 0, oldestWaitingSeconds: null } as ShownSink;
const failing: Partial<ShownSink> = {
  waiting: 2,
  attempts: 3,
  errorPercent: 100,
  lastError: { reason: 'http-500', detail: 'HTTP 500: no.', at: '2026-11-21T12:00:00.000Z' },
};

it.each<[Partial<ShownSink>[], string[], string, RegExp]>([
  [[], [], 'ok', /No sink is configured/],
  [[{}], ['shop'], 'ok', /shop delivering/],
  [[], ['shop'], 'failed', /No process delivers to shop/],
  [[{ state: 'idle' }], [], 'failed', /No process delivers to shop/],
  [
    [{ state: 'stopped', reason: 'it was slow', waiting: 7 }],
    [],
    'failed',
    /shop stopped: it was slow\. What is published waits/,
  ],
  [[{ state: 'gap', gap: { messages: 5, since: '' } }], [], 'failed', /was cut before shop had it/],
  [
    [{}, { name: 'legacy', state: 'removed', waiting: 7, dead: 1, oldestWaitingSeconds: 900 }],
    [],
    'warning',
    /^legacy \(7 waiting\): in no config file any more/,
  ],
  [[{ state: 'removed' }], ['shop'], 'failed', /No process delivers to shop/],
  [[failing], [], 'warning', /newest attempts failed: shop \(2 waiting\) http-500, HTTP 500: no\. What/],
  [[{ ...failing, dead: 3 }], [], 'warning', /http-500/],
  [[{ ...failing, errorPercent: 99 }], [], 'ok', /shop delivering, 2 waiting/],
  [[{ ...failing, errorPercent: 33, oldestWaitingSeconds: 11 }], [], 'warning', /shop \(2 waiting\) http-500/],
  [
    [{ ...failing, errorPercent: 33, oldestWaitingSeconds: 11, lastDeliveredAt: '2026-11-21T12:00:01.000Z' }],
    [],
    'ok',
    /shop delivering, 2 waiting/,
  ],
  [[{ ...failing, waiting: 0 }], [], 'ok', /shop delivering/],
  [[{ ...failing, attempts: 0, errorPercent: 0 }], [], 'warning', /http-500/],
  [[{ ...failing, attempts: 0, lastDeliveredAt: '2026-11-21T12:00:01.000Z' }], [], 'ok', /shop delivering/],
  [[{ ...failing, state: 'paused', oldestWaitingSeconds: 301 }], [], 'warning', /Last failure: shop .* http-500/],
  [[{ dead: 3 }, { name: 'legacy' }], [], 'warning', /Dead letters: shop 3\./],
  [[{ state: 'paused', waiting: 7, oldestWaitingSeconds: 301 }], [], 'warning', /shop paused, 7 waiting/],
  [[{ state: 'paused', waiting: 7, oldestWaitingSeconds: 300 }], [], 'ok', /shop paused, 7 waiting/],
])('%j with %j in the config is %s', (sinks, configured, state, detail) => {
  const found = sinkFinding(
    sinks.map((sink) => ({ ...shop, ...sink })),
    configured,
  );
  expect(found).toMatchObject({ state, detail: expect.stringMatching(detail) });
  expect('advice' in found).toBe(state !== 'ok');
});
