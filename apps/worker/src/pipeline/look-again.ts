/** Deferred packs look this often whether calls may go again: a raised limit or a lifted freeze takes effect within that time. */
export const CLOSED_CHECK_MS = 1000;

/** Packs of what observations moved look this often whether the feeds are in sync again. */
export const FEED_CHECK_MS = 500;
