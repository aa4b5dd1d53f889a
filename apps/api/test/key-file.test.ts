import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keyFingerprint } from '@reprice/gateway';
import { spawnApp, testRedis } from '@reprice/testkit';
import { afterAll, expect, test } from 'vitest';

const [oldKey, newKey] = ['gateway-key-old-1', 'gateway-key-new-1'] as const;
const gateway = createServer((req, res) => {
  res.writeHead(req.headers.authorization === `Bearer ${newKey}` ? 200 : 401, { 'content-type': 'application/json' });
  res.end('{"data":[]}');
});
const folder = mkdtempSync(path.join(tmpdir(), 'reprice-keys-'));
afterAll(() => {
  gateway.close();
  gateway.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('a key file that changes is followed, by readiness and by what is shown, and its keys are not logged', async () => {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const file = path.join(folder, 'keys');
  writeFileSync(file, oldKey);
  const secret = 'admin-secret-1';
  const api = await spawnApp('api', {
    PORT: '0',
    REDIS_URL: testRedis().url,
    API_KEYS: `ops:admin:${secret}`,
    GATEWAY_BASE_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`,
    GATEWAY_API_KEYS_FILE: file,
  });
  const headers = { authorization: `Bearer ${secret}` };
  const get = async (where: string) => (await fetch(api.url + where, { headers })).json() as Promise<never>;
  const gatewayCheck = async () => ((await get('/readyz')) as { checks: { gateway: object } }).checks.gateway;
  const shown = async () => ((await get('/v1/keys')) as { items: { id: string; position: number | null }[] }).items;
  await expect.poll(gatewayCheck).toMatchObject({ ok: false, detail: expect.stringMatching(/unauthorized/) });
  expect(await shown()).toContainEqual(expect.objectContaining({ id: keyFingerprint(oldKey), position: 1 }));
  writeFileSync(file, `${newKey}\n`);
  await expect.poll(gatewayCheck).toMatchObject({ ok: true });
  const after = await shown();
  expect(after).toContainEqual(expect.objectContaining({ id: keyFingerprint(newKey), position: 1 }));
  expect(after.map((key) => key.id)).not.toContain(keyFingerprint(oldKey));
  writeFileSync(file, 'no key at all');
  await api.logged((line) => /GATEWAY_API_KEYS_FILE.*line 1/.test(JSON.stringify(line)));
  expect(await gatewayCheck()).toMatchObject({ ok: true });
  expect(api.output()).not.toContain(oldKey);
  expect(api.output()).not.toContain(newKey);
});
