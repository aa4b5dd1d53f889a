import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The server program within an unpacked package, and the directories of its libraries. */
export interface UnpackedServer {
  readonly path: string;
  readonly libraryDirs: readonly string[];
}

/** Never unpacked: the C library must be the system's own, the others hold no code that the server runs. */
const systemPackages = new Set([
  'libc6',
  'adduser',
  'lsb-base',
  'sysvinit-utils',
  'init-system-helpers',
  'redis-tools',
]);

/** A slow mirror is waited for this long; then apt has failed. */
const aptTimeoutMs = 180_000;

/** The server that an earlier run unpacked into `cacheDir`, if any. */
export function unpackedServer(cacheDir: string): UnpackedServer | undefined {
  const root = path.join(cacheDir, 'redis');
  const program = path.join(root, 'usr', 'bin', 'redis-server');
  if (!existsSync(program)) return undefined;
  return {
    path: program,
    libraryDirs: globSync(['usr/lib/*-linux-*', 'lib/*-linux-*'], { cwd: root }).map((dir) => path.join(root, dir)),
  };
}

/**
 * Downloads Debian's (or Ubuntu's) Redis packages with apt, which checks their signatures, and unpacks them into
 * `cacheDir/redis`. Needs no root and changes nothing outside `cacheDir`: apt is given its own lists and cache.
 */
export async function fetchDebianServer(
  cacheDir: string,
  env: NodeJS.ProcessEnv,
): Promise<{ ok: true; server: UnpackedServer } | { ok: false; problem: string }> {
  if (process.platform !== 'linux') return { ok: false, problem: `no package to fetch for ${process.platform}` };
  mkdirSync(cacheDir, { recursive: true });
  const work = mkdtempSync(path.join(cacheDir, 'apt-'));
  try {
    await downloadPackages(work, env);
    const root = path.join(work, 'root');
    for (const file of readdirSync(path.join(work, 'debs')))
      await execute('dpkg-deb', ['-x', path.join(work, 'debs', file), root]);
    moveIntoPlace(root, path.join(cacheDir, 'redis'));
    const server = unpackedServer(cacheDir);
    return server ? { ok: true, server } : { ok: false, problem: 'the packages from apt hold no redis-server' };
  } catch (error) {
    return { ok: false, problem: `apt could not fetch redis-server (${lastLine(error)})` };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function downloadPackages(work: string, env: NodeJS.ProcessEnv): Promise<void> {
  const debs = path.join(work, 'debs');
  mkdirSync(debs);
  for (const dir of ['lists/partial', 'cache/archives/partial']) mkdirSync(path.join(work, dir), { recursive: true });
  const own = [
    ...['-o', `Dir::State::lists=${path.join(work, 'lists')}`],
    ...['-o', `Dir::Cache=${path.join(work, 'cache')}`],
    ...['-o', 'APT::Sandbox::User='],
  ];
  const options = { cwd: debs, timeout: aptTimeoutMs, env: { ...env, LC_ALL: 'C' }, maxBuffer: 16 * 2 ** 20 };
  await execute('apt-get', [...own, '-qq', 'update'], options);
  // Direct dependencies only: the recursive closure would pull in perl (41 MB).
  const { stdout } = await execute('apt-cache', [...own, 'depends', 'redis-server', 'redis-tools'], options);
  const wanted = new Set(['redis-tools', 'redis-server']);
  for (const [, name] of stdout.matchAll(/^ +Depends: ([a-z0-9][a-z0-9.+-]*)$/gm))
    if (name && !systemPackages.has(name)) wanted.add(name);
  await execute('apt-get', [...own, '-qq', 'download', ...wanted], options);
}

/** Several starts at once may each have fetched: the first to arrive wins, the others use its copy. */
function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(path.join(to, 'usr', 'bin', 'redis-server'))) throw error;
  }
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? text;
}
