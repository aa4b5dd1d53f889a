import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { ProcessIdentity, ProcessKind } from '@reprice/store';

/** How this process names itself to the others, unique for ever. */
export function ownIdentity(kind: ProcessKind): ProcessIdentity {
  return { id: randomBytes(8).toString('hex'), kind, host: hostname(), pid: process.pid };
}
