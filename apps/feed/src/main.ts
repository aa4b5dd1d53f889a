const stop = new AbortController();
const tell = (): void => {
  if (stop.signal.aborted) process.exit(1);
  stop.abort();
};
process.on('SIGTERM', tell).on('SIGINT', tell);
process.once('disconnect', tell);
const { runFeeds } = await import('./feed-process.ts');
// Told to stop while it was loaded.
if (stop.signal.aborted) process.exit(0);
await runFeeds(process.env, stop);
