import { describe, expect, it } from 'vitest';
import { readMessage } from './market-message.ts';
import { type Moment, readerBy, readObservation } from './read-item.ts';

const at: Moment = { iso: '2026-11-21T12:00:00.123Z', ms: Date.UTC(2026, 10, 21, 12, 0, 0, 123) };
const event = { type: 'event', id: 'e1', seq: 1, at: at.iso, item: { sku: 'A', stock: 5 } };

describe('a frame', () => {
  it('is read', () => {
    expect(readMessage(JSON.stringify(event))).toMatchObject({ kind: 'event', event: { seq: 1, atMs: at.ms } });
    expect(readMessage('{"type":"subscribed","seq":0}')).toEqual({ kind: 'subscribed', seq: 0 });
    expect(readMessage(`{"type":"heartbeat","seq":7,"at":"${at.iso}"}`)).toEqual({
      kind: 'heartbeat',
      seq: 7,
      atMs: at.ms,
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['of no known type', '{"type":"trade"}'],
    ['with a seq beyond the whole numbers', JSON.stringify({ ...event, seq: 2 ** 53 })],
    ['with a seq of 0', JSON.stringify({ ...event, seq: 0 })],
    ['with a seq as text', JSON.stringify({ ...event, seq: '1' })],
    ['without an id', JSON.stringify({ ...event, id: undefined })],
    ['with a time that is none', JSON.stringify({ ...event, at: 'yesterday' })],
    ['with a time as a number', JSON.stringify({ ...event, at: 1.5 })],
    ['with an item that is a list', JSON.stringify({ ...event, item: [] })],
    ['of brackets', '['.repeat(100_000)],
  ])('%s cannot be used, and says why', (_, text) => {
    expect(readMessage(text)).toMatchObject({ reason: expect.stringMatching(/^[a-z-]+$/), detail: expect.any(String) });
  });
});

describe('an item', () => {
  it('is as of its event unless it says when', () => {
    expect(readObservation({ sku: 'A', stock: 5 }, at)).toMatchObject([
      { fields: { sku: 'A', stock: 5, observedAt: at.iso }, observedAtMs: at.ms },
    ]);
    const observedAt = '2026-11-21T11:00:00.000Z';
    expect(readObservation({ sku: 'A', observedAt }, at)).toMatchObject([
      { fields: { observedAt }, observedAtMs: Date.parse(observedAt) },
    ]);
  });

  it('may bear any name, and changes no prototype', () => {
    const item = JSON.parse('{"sku":"__proto__","__proto__":{"stock":1},"constructor":1}');
    const [input] = readObservation(item, at) as { fields: object }[];
    expect(Object.hasOwn(input?.fields ?? {}, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(input?.fields)).toBe(Object.prototype);
  });

  it.each([[{}], [{ sku: '' }], [{ sku: {} }], ['A'], [{ sku: 'A', title: 'x'.repeat(300_000) }]])(
    'of %j cannot be used',
    (item) => {
      expect(readObservation(item, at)).toHaveProperty('reason');
    },
  );

  it('is read by an adapter of the config', () => {
    const read = readerBy({ kind: 'json', fields: { sku: '/offer/id', stock: '/offer/left' }, time: 'iso' }, () => {});
    expect(read({ offer: { id: 'A', left: 3 } }, at)).toMatchObject([
      { fields: { sku: 'A', stock: 3, observedAt: at.iso } },
    ]);
    expect(read({ offer: {} }, at)).toMatchObject({ reason: 'no-sku' });
  });
});
