/** A competitor's price as it was stated; `currency` is that of the SKU where it is undefined. */
export interface StatedPrice {
  readonly price: unknown;
  readonly currency: unknown;
}

const withCurrency = /^(\S+)\s+(\S{3})$/;
const nine = 57;

/**
 * What a competitor states that names a currency of its own: `{price, currency}`, or text such as `15.00 USD`; undefined for all others, which
 * are plain amounts or none at all.
 */
export function statedPrice(cell: unknown): StatedPrice | undefined {
  if (typeof cell === 'string') {
    // Amounts end with a digit.
    if (cell.charCodeAt(cell.length - 1) <= nine) return undefined;
    const [, price, currency] = withCurrency.exec(cell) ?? [];
    return price === undefined ? undefined : { price, currency };
  }
  if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) return undefined;
  return { price: present(cell, 'price'), currency: present(cell, 'currency') };
}

/** An own property; blank ones are absent. */
function present(cell: object, name: string): unknown {
  const value: unknown = Object.hasOwn(cell, name) ? (cell as Record<string, unknown>)[name] : undefined;
  const trimmed = typeof value === 'string' ? value.trim() : value;
  return trimmed === '' || trimmed === null ? undefined : trimmed;
}
