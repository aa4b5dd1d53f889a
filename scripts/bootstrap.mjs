// Runs on any Node from 20.10 on, before anything is installed: plain JavaScript, no imports but Node's own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './installation.mjs';

/** The root of the checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs a program in the foreground, from the root of the checkout, and answers with its exit code. Signals to us go to
 * it, each once, and it ends when we, or npm above us, end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, ipc?: boolean }} [options] `ipc` opens a channel, by whose
 *   end the child notices even our SIGKILL
 * @returns {Promise<number>}
 */
export function run(command, args, { env = process.env, cwd = ROOT, ipc = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ipc ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit',
      // npm is a .cmd file on Windows, which only a shell can run.
      shell: process.platform === 'win32' && command === 'npm',
    });
    let told = false;
    /** Of a program with a channel: that it has started, and that it takes signals by it, but for those that it has heard itself. */
    const said = { ready: false, takesSignals: false };
    child.on('message', (message) => Object.assign(said, message));
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      told = true;
      if (said.takesSignals && signal !== 'SIGHUP' && child.connected) child.send({ signal }, () => {});
      else child.kill(signal);
    };
    // A terminal's Ctrl-C has reached the program already. One that says nothing to us could not tell it from ours: our own SIGINT
    // must only not end us before it.
    const interrupt = (/** @type {NodeJS.Signals} */ signal) => (said.ready || said.takesSignals) && pass(signal);
    process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', interrupt);
    // A SIGTERM to npm may end npm and its shell without reaching us: notice that we were orphaned.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphaned);
      if (!told) pass('SIGTERM');
    }, 500);
    const settle = () => {
      clearInterval(orphaned);
      process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', interrupt);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15));
    });
  });
}

/** The Node that is carried as a dependency, else our own if it is 24 or later. */
export function nodeBin() {
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const carried = path.join(ROOT, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (existsSync(carried)) return carried;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `Node 24 or later is needed on ${process.platform}-${process.arch}, and no package carries one for it; this is ${process.version}. See https://nodejs.org/en/download.`,
  );
}

/**
 * The environment of a command of ours: the carried Node comes first on the PATH, so that `node` is the same everywhere.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnv() {
  const dirs = [path.dirname(nodeBin()), path.join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? ''];
  return { ...process.env, PATH: dirs.join(path.delimiter), TURBO_TELEMETRY_DISABLED: '1' };
}

/**
 * Installs what is missing, then runs a script under the carried Node; sets our exit code to its own, or prints why it
 * could not be run.
 *
 * @param {readonly string[]} args as for `node`
 * @param {{ cwd?: string, ipc?: boolean }} [options]
 */
export async function runNode(args, options = {}) {
  try {
    await ensureInstalled(ROOT, run);
    process.exitCode = await run(nodeBin(), args, { env: childEnv(), ...options });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
