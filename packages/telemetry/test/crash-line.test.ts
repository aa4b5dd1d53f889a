import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

it.each(['exception', 'rejection'])(
  'an unhandled %s is the last line of the log, without secrets, and the exit code 1',
  (kind) => {
    const main = path.join(import.meta.dirname, 'crashing-process.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, kind], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      level: 'fatal',
      msg: 'the process ends: nobody handled an error',
      err: { message: 'could not use [secret]' },
    });
    expect(stdout + stderr).not.toContain('crash-marker');
  },
);
