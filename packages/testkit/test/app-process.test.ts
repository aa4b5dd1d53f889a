import { describe, expect, test } from 'vitest';
import { AppStartError, runApp, spawnApp } from '../src/index.ts';

const env = { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: 'test-key-0123456789' };

describe('spawnApp', () => {
  test('waits until the app is ready, collects its log, and ends it in order', async () => {
    const app = await spawnApp('simulator', env);
    expect((await fetch(app.url.replace(/\/v1$/, '/health'))).status).toBe(200);
    expect(await app.logged((line) => line.msg === 'ready')).toMatchObject({ url: app.url });
    expect(await app.kill()).toEqual({ code: 0, signal: null });
  });

  test('kills by the signal that is asked for', async () => {
    const app = await spawnApp('simulator', env);
    expect(await app.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await app.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('an app that ends instead of getting ready is an error with its output', async () => {
    const start = spawnApp('simulator', { SIMULATOR_PORT: 'ten' });
    await expect(start).rejects.toBeInstanceOf(AppStartError);
    await expect(start).rejects.toThrow('SIMULATOR_PORT');
  });
});

describe('runApp', () => {
  test('answers with how an app ended and what it said', async () => {
    const { code, output } = await runApp('simulator', { SIMULATOR_PORT: 'ten' });
    expect(code).toBeGreaterThan(0);
    expect(output).toContain('SIMULATOR_PORT');
  });

  test('refuses an app that runs on', async () => {
    await expect(runApp('simulator', env, { timeoutMs: 3000 })).rejects.toThrow('did not end in time');
  });
});
