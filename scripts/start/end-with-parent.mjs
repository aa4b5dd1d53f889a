// Preloaded into the CLI by start.ts: ends it when start.ts is gone, even by SIGKILL.
process.once('disconnect', () => process.exit(1));
process.channel?.unref(); // or it would never end by itself
