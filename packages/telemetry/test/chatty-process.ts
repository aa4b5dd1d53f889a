import { createLogger } from '../src/logger.ts';

// Logs without end, tells its parent again and again that its event loop turns, and ends when it is told to.
const log = createLogger({ name: 'chatty' });
const filler = 'x'.repeat(1000);
const atOnce = Number(process.argv[2]);
let lines = 0;
const talking = setInterval(() => {
  for (let i = 0; i < atOnce; i++) log.info({ line: lines++, filler }, 'line');
}, 5);
setInterval(() => process.send?.({ lines, cpuMs: process.cpuUsage().user / 1000 }), 100);
process.on('message', (message: 'silence' | 'end') => {
  clearInterval(talking);
  if (message === 'silence') return;
  log.info('last words');
  process.exit(0);
});
