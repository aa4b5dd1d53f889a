// Preloaded into the children of start.ts: ends them when it is gone.
process.once('disconnect', () => process.exit(1));
process.channel?.unref(); // or a command would never end by itself
