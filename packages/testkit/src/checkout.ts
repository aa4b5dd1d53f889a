import path from 'node:path';

/** The root of the checkout. */
export const checkoutDir = path.resolve(import.meta.dirname, '..', '..', '..');

/** Where a fetched Redis is kept between runs. */
export const cacheDir = path.join(checkoutDir, '.cache');
