import { describe, expect, it } from 'vitest';
import { BudgetCalendar, type BudgetDay } from './budget-day.ts';

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

  it('refuses an unknown zone', () => {
    expect(() => new BudgetCalendar('Mars/Base')).toThrow(RangeError);
  });
});

/** Every local day of 2026 and 2027 that has not 24 hours, by zone. */
const switches: Record<string, Record<string, number>> = {
  'Europe/Berlin': { '2026-03-29': 23, '2026-10-25': 25, '2027-03-28': 23, '2027-10-31': 25 },
  'America/New_York': { '2026-03-08': 23, '2026-11-01': 25, '2027-03-14': 23, '2027-11-07': 25 },
  'America/St_Johns': { '2026-03-08': 23, '2026-11-01': 25, '2027-03-14': 23, '2027-11-07': 25 },
  'Australia/Lord_Howe': { '2026-04-05': 24.5, '2026-10-04': 23.5, '2027-04-04': 24.5, '2027-10-03': 23.5 },
  'Antarctica/Troll': { '2026-03-29': 22, '2026-10-25': 26, '2027-03-28': 22, '2027-10-31': 26 },
  // Midnight does not exist on the day of the switch, or the hour before it comes twice.
  'Africa/Cairo': { '2026-04-24': 23, '2026-10-29': 25, '2027-04-30': 23, '2027-10-28': 25 },
  'Asia/Beirut': { '2026-03-29': 23, '2026-10-24': 25, '2027-03-28': 23, '2027-10-30': 25 },
  'America/Havana': { '2026-03-08': 23, '2026-11-01': 25, '2027-03-14': 23, '2027-11-07': 25 },
  'America/Santiago': { '2026-04-04': 25, '2026-09-06': 23, '2027-04-03': 25, '2027-09-05': 23 },
  'America/Nuuk': { '2026-03-28': 23, '2026-10-24': 25, '2027-03-27': 23, '2027-10-30': 25 },
  // No switches any more.
  'America/Sao_Paulo': {},
  'America/Asuncion': {},
  'Asia/Tehran': {},
  'Asia/Kolkata': {},
  'Pacific/Apia': {},
};

/** The dates of two years, by the calendar alone. */
const dates = Array.from({ length: 730 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));

/** The days from the one that holds `firstMs` on, each asked for by the end of the one before. */
function following(zone: string, firstMs: number, count: number): BudgetDay[] {
  const calendar = new BudgetCalendar(zone);
  const days = [calendar.dayAt(firstMs)];
  while (days.length < count) days.push(calendar.dayAt((days.at(-1) as BudgetDay).endMs));
  return days;
}

describe.each(Object.entries(switches))('the days of %s in 2026 and 2027', (zone, odd) => {
  const days = following(zone, Date.parse('2025-12-31T12:00:00Z'), dates.length + 2).filter(({ date }) =>
    /^202[67]/.test(date),
  );

  it('are one a date, in order, without gap or overlap', () => {
    expect(days.map((day) => day.date)).toEqual(dates);
    expect(days.slice(1).map((day) => day.startMs)).toEqual(days.slice(0, -1).map((day) => day.endMs));
  });

  it('have 24 hours but at the switches', () => {
    const found = days.map(({ date, startMs, endMs }) => [date, (endMs - startMs) / HOUR_MS] as const);
    expect(Object.fromEntries(found.filter(([, hours]) => hours !== 24))).toEqual(odd);
  });

  it('are found from any moment of theirs, whatever was asked before', () => {
    const calendar = new BudgetCalendar(zone);
    const nearSwitches = days.filter((_, i) => [-1, 0, 1].some((by) => (days[i + by]?.date ?? '') in odd));
    for (const day of [...nearSwitches, ...days.slice(100, 103)].reverse()) {
      const before = calendar.dayBefore(day.startMs);
      expect(before.endMs).toBe(day.startMs);
      for (let atMs = day.startMs; atMs < day.endMs; atMs += HOUR_MS / 2) {
        expect(new BudgetCalendar(zone).dayAt(atMs)).toEqual(day);
        expect(calendar.dayAt(atMs)).toEqual(day);
        expect(calendar.dayBefore(atMs)).toEqual(before);
      }
      expect(calendar.dayAt(day.endMs - 1)).toEqual(day);
    }
  });
});

describe('a calendar that jumps', () => {
  it('leaves out the date that Apia left out', () => {
    const days = following('Pacific/Apia', Date.parse('2011-12-29T12:00:00Z'), 3);
    expect(days.map((day) => day.date)).toEqual(['2011-12-29', '2011-12-31', '2012-01-01']);
    expect(days.map((day) => (day.endMs - day.startMs) / HOUR_MS)).toEqual([24, 24, 24]);
  });

  it("gives a day that holds the moment, also where St. John's fell back over midnight", () => {
    const calendar = new BudgetCalendar('America/St_Johns');
    const fromMs = Date.parse('2010-11-07T00:00:00Z');
    for (let atMs = fromMs; atMs < fromMs + 6 * HOUR_MS; atMs += 20_000) {
      const { date, startMs, endMs } = calendar.dayAt(atMs);
      expect(startMs <= atMs && atMs < endMs).toBe(true);
      expect(['2010-11-06', '2010-11-07']).toContain(date);
    }
  });

  it('follows Casablanca, whose switches go by the moon', () => {
    const days = following('Africa/Casablanca', Date.parse('2026-01-01T12:00:00Z'), 200);
    const odd = days.filter((day) => day.endMs - day.startMs !== 24 * HOUR_MS);
    expect(odd.map((day) => [day.date, (day.endMs - day.startMs) / HOUR_MS])).toEqual([
      ['2026-02-15', 25],
      ['2026-03-22', 23],
    ]);
  });
});
