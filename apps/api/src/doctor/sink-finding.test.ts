import { expect, it } from 'vitest';
import type { ShownSink } from '../sinks/sink-view.ts';
import { sinkFinding } from './sink-finding.ts';

const shop = { name: 'shop', state: 'delivering', waiting: 0, dead: 0, oldestWaitingSeconds: null } as ShownSink;

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
