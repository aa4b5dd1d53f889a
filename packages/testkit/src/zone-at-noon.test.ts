import { expect, test } from 'vitest';
import { zoneAtNoon } from './zone-at-noon.ts';

test.each(Array.from({ length: 24 }, (_, hour) => hour))('at %i o’clock UTC it is noon somewhere', (hour) => {
  for (const minute of [0, 59]) {
    const nowMs = Date.UTC(2026, 10, 21, hour, minute, 59, 999);
    const timeZone = zoneAtNoon(nowMs);
    const there = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(nowMs);
    expect(there).toBe(`12:${String(minute).padStart(2, '0')}`);
  }
});
