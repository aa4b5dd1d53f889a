// Run by reporter.test.ts in a vitest of its own.
import { expect, test } from 'vitest';

test('passes', () => {});
test('fails', () => expect(1).toBe(2));
test.skip('is skipped', () => {});
