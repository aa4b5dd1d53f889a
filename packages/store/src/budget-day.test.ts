import { describe, expect, it } from 'vitest';
import { BudgetCalendar } from './budget-day.ts';

const HOUR_MS = 3_600_000;

describe('BudgetCalendar', () => {
  it.each([
    ['UTC', '2026-11-21T12:00:00Z', '2026-11-21', '2026-11-21T00:00:00Z', 24],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-28T23:00:00Z', 23],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25', '2026-10-24T22:00:00Z', 25],
    ['America/New_York', '2026-03-08T12:00:00Z', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['Australia/Lord_Howe', '2026-04-05T05:00:00Z', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
    ['Asia/Tokyo', '2026-11-21T15:00:00Z', '2026-11-22', '2026-11-21T15:00:00Z', 24],
  ])('%s at %s is %s', (zone, now, date, start, hours) => {
    const day = new BudgetCalendar(zone).dayAt(Date.parse(now));
    expect(day).toEqual({ date, startMs: Date.parse(start), endMs: Date.parse(start) + hours * HOUR_MS });
  });

  it('hands over without gap or overlap through a year', () => {
    const calendar = new BudgetCalendar('Europe/Berlin');
    let day = calendar.dayAt(Date.parse('2026-01-01T12:00:00Z'));
    for (let i = 0; i < 365; i++) {
      const next = calendar.dayAt(day.endMs);
      expect(next.startMs).toBe(day.endMs);
      expect(next.date > day.date).toBe(true);
      day = next;
    }
  });

  it('refuses an unknown zone', () => {
    expect(() => new BudgetCalendar('Mars/Base')).toThrow(RangeError);
  });
});
