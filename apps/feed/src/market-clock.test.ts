import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';
import { MarketClock } from './market-clock.ts';

it('what lay in a socket was sent when the market says, not when it was read', () => {
  const clock = new MarketClock();
  expect(clock.sentAt(5000, 100, 20)).toBe(20);
  for (let s = 0; s < 10; s++) clock.beat(1_000_000 + s * 1000, 500 + s * 1000 + (s % 3) * 40);
  // The process stood still for a minute, and reads what came meanwhile all at once.
  expect(clock.sentAt(1_010_000, 70_500, 0)).toBe(10_500);
  clock.beat(1_010_000, 70_500);
  expect(clock.sentAt(1_010_500, 70_501, 0)).toBe(11_000);
  expect(clock.sentAt(0, 70_502, 600)).toBe(600);
});

it('a market whose clock is ahead, or was set, is believed no further than what was read when', () => {
  const clock = new MarketClock();
  clock.beat(1000, 50);
  expect(clock.sentAt(9_999_999_999_999, 60, 0)).toBe(60);
  for (let s = 0; s < 60; s++) clock.beat(1_000_000 + s * 1000, 1000 + s * 1000);
  expect(clock.sentAt(1_059_000, 60_000, 0)).toBe(60_000);
});

it('attempts to connect wait up to twice as long each time, and are forgiven after a healthy minute alone', () => {
  const backoff = new Backoff(60_000);
  const mostMs = Array.from({ length: 10 }, () => backoff.next(59_000, 1));
  expect(mostMs).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(backoff.next(59_000, 0.25)).toBe(15_000);
  expect(backoff.next(60_000, 1)).toBe(500);
  expect(backoff.next(0, 0)).toBe(0);
});
