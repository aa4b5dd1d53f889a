import { createServer } from 'node:net';

/**
 * Why the API could not listen, as a sentence with what to do; undefined if it can. Looked up before anything is
 * started; a malformed `PORT` is left for the API to refuse.
 */
export function portProblem(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (!Number.isInteger(port) || port < 1 || port > 65535) return resolve(undefined);
    const probe = createServer();
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(describe(error.code, host, port)));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}

function describe(code: string | undefined, host: string, port: number): string {
  const other = 'Choose another one, PORT=8081 npm start, or let it take any free one: PORT=0 npm start.';
  if (code === 'EADDRINUSE') {
    const running = 'If that is Reprice, hand it your file: npx reprice submit FILE --watch.';
    return `Port ${port} on ${host} is in use. ${running} For another one beside it: PORT=0 npm start -- --data .data-2`;
  }
  if (code === 'EACCES') return `Port ${port} may only be used by root. ${other}`;
  return `Reprice cannot listen on ${host} port ${port} (${code}). Check HOST and PORT.`;
}
