const nanoPerUsd = 1_000_000_000;
const usdText = /^(\d{1,7})(?:\.(\d{1,9}))?$/;

/**
 * Integer nano-dollars as decimal dollars, exactly, with at least 2 decimals: `7532` → `'0.000007532'`,
 * `50_000_000` → `'0.05'`, `100_000_000_000` → `'100.00'`.
 */
export function formatUsd(nanoUsd: number): string {
  const sign = nanoUsd < 0 ? '-' : '';
  const amount = Math.abs(nanoUsd);
  const part = amount % nanoPerUsd;
  const decimals = String(part).padStart(9, '0');
  let end = 9;
  while (end > 2 && decimals.charCodeAt(end - 1) === 48) end -= 1;
  return `${sign}${(amount - part) / nanoPerUsd}.${decimals.slice(0, end)}`;
}

/**
 * Decimal dollars (`'100'`, `'0.05'`, at most 9 decimals, below 9,007,199 dollars) as integer nano-dollars; undefined
 * for anything else: signs, exponents, units, separators, more than a safe integer holds.
 */
export function parseUsd(text: string): number | undefined {
  const match = usdText.exec(text);
  if (match === null) return undefined;
  const nanoUsd = Number(match[1]) * nanoPerUsd + Number((match[2] ?? '').padEnd(9, '0'));
  return Number.isSafeInteger(nanoUsd) ? nanoUsd : undefined;
}
