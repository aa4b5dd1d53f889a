import { enableCompileCache } from 'node:module';

// Halves the time to start: most of it goes into stripping types and compiling, which is then done once.
enableCompileCache();
const { runCli } = await import('./cli.ts');

for (const stream of [process.stdout, process.stderr]) {
  // The reader has gone, as in `reprice rejections ID | head`: there is nobody left to tell anything.
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
}

// A fault of ours is told in one line: a stack trace helps nobody at a terminal.
process.on('uncaughtException', (error) => {
  process.stderr.write(`reprice: ${error.message}\n`);
  process.exit(1);
});

const exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt: (listener) => process.on('SIGINT', listener).on('SIGTERM', listener),
});
process.exitCode = exitCode;
// After Ctrl-C, requests and pipes may still be open; nothing waits for them.
if (exitCode === 130) process.exit();
