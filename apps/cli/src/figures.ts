const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 → '1,234,567'. */
export function count(value: number): string {
  return grouped.format(value);
}

/** '1 SKU', '1,234 SKUs': a count with its noun, whose plural takes an s unless it is given. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** Decimal dollars from the API as '$12.34', small amounts with as many decimals as tell two digits: '$0.000075'. */
export function dollars(usd: string): string {
  const value = Number(usd);
  if (!Number.isFinite(value)) return `$${usd}`;
  if (value === 0) return '$0.00';
  const decimals = Math.abs(value) >= 1 ? 2 : Math.min(9, Math.max(4, 1 - Math.floor(Math.log10(Math.abs(value)))));
  return `$${value.toFixed(decimals)}`;
}

/** Decimal dollars from the API in full, with two decimals at least: '0.6' → '$0.60', '0.000075' stays '$0.000075'. */
export function exactDollars(usd: string): string {
  const [whole = '', decimals = ''] = usd.split('.');
  return /^-?\d+(\.\d+)?$/.test(usd) ? `$${whole}.${decimals.padEnd(2, '0')}` : `$${usd}`;
}

/** A change in percent with its sign: '+7.5 %'; '' where there is none. */
export function signedPercent(change: number | null | undefined): string {
  return change == null ? '' : `${change > 0 ? '+' : ''}${change.toFixed(1)} %`;
}

/** How long ago a time was: '3 min 20 s ago'; '' for what is no time. */
export function ago(iso: string, nowMs: number): string {
  const atMs = Date.parse(iso);
  return Number.isNaN(atMs) ? '' : `${duration(nowMs - atMs)} ago`;
}

/** Counts by name as 'refused 12, gateway_failed 3', the largest first; those of 0 are left out. */
export function tally(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, number]) => number > 0);
  return some
    .sort((a, b) => b[1] - a[1])
    .map(([name, number]) => `${name} ${count(number)}`)
    .join(', ');
}

/** A short length of time: '0.4 ms', '12 ms', '1.4 s'. */
export function latency(ms: number): string {
  if (ms >= 1000) return duration(ms);
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A length of time as a person says it: '0.4 s', '12 s', '3 min 20 s', '2 h 5 min'. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Bytes as '812 B', '12 kB', '3.4 MB'. */
export function bytes(size: number): string {
  if (size < 999.5) return `${Math.round(size)} B`;
  if (size < 1_000_000) return `${Math.round(size / 1000)} kB`;
  return size < 1e9 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e9).toFixed(2)} GB`;
}

/** Items a second as '840', '12.5', '0.3'. */
export function rate(perSecond: number): string {
  return perSecond >= 100 || perSecond === 0 ? count(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** Whole percent of `part` in `total`, rounded down, so that 100 means all. */
export function percent(part: number, total: number): number {
  return total <= 0 ? 0 : Math.floor((100 * part) / total);
}
