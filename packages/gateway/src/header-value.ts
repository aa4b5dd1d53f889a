/** Response headers, names in lower case, as undici and node:http give them. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const plainNumber = /^\d{1,15}(?:\.\d{1,9})?$/;

/** The value of a header without blanks around it, the first if there are several. */
export function headerValue(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return (typeof value === 'string' ? value : value?.[0])?.trim();
}

/** A number without sign and exponent; undefined for anything else. */
export function plainDecimal(value: string | undefined): number | undefined {
  return value !== undefined && plainNumber.test(value) ? Number(value) : undefined;
}
