/**
 * Percentages of amounts, exactly: a percent is taken to hundredths (basis points), and each function says which way it
 * rounds, because a floor must never round down nor a ceiling up.
 */
const basis = 10_000;

/** Up to here amount × factor stays below 2^53 and needs no BigInt. */
const exactProduct = Number.MAX_SAFE_INTEGER;

/** A percent such as 12.5 as whole basis points, 1250. */
export function basisPoints(percent: number): number {
  return Math.round(percent * 100);
}

/** `amountMinor × factorBp / 10000`, rounded down. Both non-negative integers. */
export function scaleDown(amountMinor: number, factorBp: number): number {
  return divideDown(amountMinor, factorBp, basis);
}

/** `amountMinor × factorBp / 10000`, rounded up. */
export function scaleUp(amountMinor: number, factorBp: number): number {
  return divideUp(amountMinor, factorBp, basis);
}

/**
 * The least price at which cost leaves the margin: `cost / (1 − margin)`, rounded up. `marginBp` from 0 to below 10000.
 */
export function priceForMargin(costMinor: number, marginBp: number): number {
  return divideUp(costMinor, basis, basis - marginBp);
}

function divideDown(amount: number, factor: number, divisor: number): number {
  const product = amount * factor;
  if (product <= exactProduct) return (product - (product % divisor)) / divisor;
  return Number((BigInt(amount) * BigInt(factor)) / BigInt(divisor));
}

function divideUp(amount: number, factor: number, divisor: number): number {
  const product = amount * factor;
  if (product <= exactProduct) {
    const rest = product % divisor;
    return (product - rest) / divisor + (rest > 0 ? 1 : 0);
  }
  const exact = BigInt(amount) * BigInt(factor);
  return Number((exact + BigInt(divisor) - 1n) / BigInt(divisor));
}
