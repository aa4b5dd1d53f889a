/** How large the fields of a snapshot may be: far above any real merchant, far below what hurts Redis or a prompt. */
export const snapshotLimits = {
  /** Units of `stock` and `capacity`. */
  stock: 1_000_000_000_000,
  /** Ten years. */
  restockDays: 3_650,
  /** Times the usual demand. */
  demand: 1_000,
  /** Competitors' prices of one SKU. */
  competitors: 100,
  categoryLength: 200,
  titleLength: 1_000,
  /** How far ahead `observedAt` may lie: clocks differ, and zones get confused, but a feed from next week is broken. */
  futureHours: 24,
  /** Unknown field names told per item. */
  ignoredNames: 50,
} as const;
