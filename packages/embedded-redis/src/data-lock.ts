import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine, processExists } from './process-table.ts';
import { RedisStartError } from './redis-start-error.ts';

/** What the lock file of a data directory holds. */
interface Holder {
  /** The process that starts the server. */
  readonly owner: number;
  readonly claimedAtMs: number;
  /** The server itself; absent while it is being started. */
  readonly pid?: number;
  readonly port?: number;
}

/** The claim to a data directory: two servers that append to one file would destroy it. */
export interface DataLock {
  /** Says which server uses the directory now. */
  held(pid: number, port: number): void;
  release(): void;
}

/** No start takes longer; a claim without a server that is older was left by a crash. */
const startTimeoutMs = 150_000;

/**
 * Takes a data directory for one server, creating it if need be. A claim left by a crash counts no more once its
 * process is gone, even if the pid was reused. A server that holds it is given `busyTimeoutMs` to end.
 *
 * @throws RedisStartError `redis_in_use` if another server keeps it
 */
export async function lockData(dataDir: string, busyTimeoutMs: number): Promise<DataLock> {
  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'redis.lock');
  const deadline = Date.now() + busyTimeoutMs;
  for (;;) {
    if (claim(file)) return lockOn(file);
    const text = read(file);
    const holder = parse(text);
    if (!holder || !isHeld(holder)) discard(file, text);
    else if (Date.now() > deadline) throw inUse(dataDir, holder);
    else await delay(100);
  }
}

/** Takes the file if nobody has it. Written aside and linked, so that no reader ever sees half of it. */
function claim(file: string): boolean {
  const aside = writeAside(file);
  try {
    linkSync(aside, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(aside);
  }
}

function lockOn(file: string): DataLock {
  return {
    held: (pid, port) => renameSync(writeAside(file, { pid, port }), file),
    release: () => rmSync(file, { force: true }),
  };
}

let claims = 0;

function writeAside(file: string, server?: { pid: number; port: number }): string {
  claims++;
  const aside = `${file}.${process.pid}.${claims}`;
  const holder: Holder = { owner: process.pid, claimedAtMs: Date.now(), ...server };
  writeFileSync(aside, JSON.stringify(holder));
  return aside;
}

/** Redis shows its port in its command line, so a stranger that got its pid after a crash is not taken for it. */
function isHeld(holder: Holder): boolean {
  if (holder.pid === undefined) return processExists(holder.owner) && Date.now() - holder.claimedAtMs < startTimeoutMs;
  return processExists(holder.pid) && new RegExp(`\\b${holder.port}\\b`).test(commandLine(holder.pid));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // released meanwhile, so the next claim succeeds
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** Removes a dead claim, but not the fresh one that another process may have put in its place meanwhile. */
function discard(file: string, dead: string): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== dead) linkSync(aside, file);
  } catch {} // someone else removed it: the next claim decides
  rmSync(aside, { force: true });
}

function inUse(dataDir: string, holder: Holder): RedisStartError {
  const who = holder.pid === undefined ? `process ${holder.owner} is starting one` : `process ${holder.pid}`;
  return new RedisStartError(
    'redis_in_use',
    `Another Redis already uses ${dataDir} (${who}). Is Reprice already running? Stop that one first.`,
  );
}
