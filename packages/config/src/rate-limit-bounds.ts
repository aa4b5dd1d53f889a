/** The largest limits that are taken, of requests and tokens a minute. */
export const rateLimitBounds = { rpm: 10_000_000, tpm: 100_000_000_000 } as const;
