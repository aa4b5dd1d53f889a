// Run by reporter.test.ts in a vitest of its own: this file cannot be collected.
throw new Error('broken on purpose');
