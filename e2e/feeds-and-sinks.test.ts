import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FeedRecord, Store } from '@reprice/store';
import { spawnApp } from '@reprice/testkit/processes';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, browserFile, launch, live, noBrowser, offences, type Visit, visit } from './browser.ts';
import { type Stand, startStand, submitAndWait, until } from './stand.ts';

if (browserFile === undefined) console.warn(noBrowser);

const HOSTILE = '<img src=x onerror=alert(1)>';

const counts = {
  events: 9,
  gaps: 2,
  duplicates: 1,
  quarantined: 4,
  dropped: 0,
  coalesced: 0,
  reconnects: 3,
  snapshots: 1,
};
const record: FeedRecord = {
  ...counts,
  state: 'live',
  since: new Date().toISOString(),
  detail: '',
  whenBehind: 'hold',
  holdAfterMs: 1000,
  inSyncAt: new Date().toISOString(),
};

let stand: Stand;
let browser: Browser;
let connection: Redis;
let store: Store;
/** The far end of the sink `shop`: refuses each message until it is told not to. */
let shop: Server;
let refuses = true;
const dir = mkdtempSync(path.join(tmpdir(), 'reprice-e2e-'));
const visits: Visit[] = [];

async function open(scope: 'read' | 'admin'): Promise<Page> {
  const visited = await visit(browser, stand.url, scope);
  visits.push(visited);
  await live(visited.page);
  return visited.page;
}

/** How often a page has asked for the sinks from now on. */
function asksOf(seen: Page): () => number {
  let asks = 0;
  seen.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/sinks') asks++;
  });
  return () => asks;
}

/** Puts a page into the background, or back. */
async function hide(seen: Page, hidden: boolean): Promise<void> {
  await seen.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })`);
  await seen.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
}

async function startSinks(): Promise<void> {
  shop = createServer((req, res) => {
    req.resume().once('end', () => res.writeHead(refuses ? 422 : 200).end(HOSTILE));
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/in`;
  const config = path.join(dir, 'reprice.config.mjs');
  const sinks = {
    shop: { kind: 'http', url, allowPrivate: true },
    files: { kind: 'ndjson', file: path.join(dir, 'prices.ndjson') },
  };
  writeFileSync(config, `export default ${JSON.stringify({ sinks })};`);
  await spawnApp('sinks', { REDIS_URL: stand.redis.url, REPRICE_CONFIG: config, LOG_LEVEL: 'warn' });
}

/** What a feed process would tell, with a lease that lasts for the test. */
async function report(name: string, told: Partial<FeedRecord>, isInSync: boolean): Promise<void> {
  const inSyncUntilMs = isInSync ? Date.now() + 600_000 : 1;
  await store.feeds.report(name, { token: 'e2e', leaseMs: 600_000, inSyncUntilMs, record: { ...record, ...told } });
}

describe.skipIf(browserFile === undefined)('feeds and sinks on the dashboard', { timeout: 120_000 }, () => {
  let page: Page;
  let guest: Page;
  beforeAll(async () => {
    [stand, browser] = await Promise.all([startStand(), launch()]);
    connection = new Redis(stand.redis.url);
    store = new Store(connection);
    [page, guest] = await Promise.all([open('admin'), open('read')]);
  }, 120_000);

  afterAll(async () => {
    connection?.disconnect();
    shop?.close();
    await browser?.close();
    await stand?.stop();
    rmSync(dir, { recursive: true });
  });

  test('are not there while there are none', async () => {
    await page.locator('#workers li').waitFor();
    expect(await page.locator('#feeds-card').isVisible()).toBe(false);
    expect(await page.locator('#sinks-card').isVisible()).toBe(false);
  });

  test('a feed: how it stands, what it had to mend, and loudly that it keeps something back', async () => {
    await report('market', {}, true);
    const row = page.locator('#feeds-card li').filter({ hasText: 'market' });
    await row.getByText('in sync').waitFor();
    await row.getByText('2 gaps · 1 duplicate · 4 quarantined · 3 reconnects').waitFor();
    await report(HOSTILE, { state: 'behind', detail: `a hole: ${HOSTILE}` }, false);
    await page.locator('#feeds-card').getByText('Observations wait for a feed').waitFor();
    await page.locator('.headline[data-kind="warn"]').getByText('Observations wait for a feed').waitFor();
    await page.locator('#feeds-card li').getByText(`a hole: ${HOSTILE}`).waitFor();
    expect(await page.locator('#feeds-card li b').allInnerTexts()).toEqual([HOSTILE, 'market']);
  });

  test('sinks: what they do not take, paused and resumed by an admin, dead letters replayed', async () => {
    await hide(guest, true);
    const [asks, hiddenAsks] = [asksOf(page), asksOf(guest)];
    await startSinks();
    const row = page.locator('#sinks-card li').filter({ has: page.getByText('shop', { exact: true }) });
    await row.getByText('delivering', { exact: true }).waitFor();
    await submitAndWait(stand, 'sku,price,currency\nSHOE-1,20.00,EUR\n');
    await row.getByText('1 dead letter ·').waitFor();
    await row.getByText('100 % errors').waitFor();
    await row.getByText(/Last failure .*: http-4/).waitFor();
    await page.locator('#sinks-card li').filter({ hasText: 'ndjson' }).getByText('0 % errors').waitFor();

    await until('the page has asked thrice', async () => asks() >= 3);
    expect(hiddenAsks()).toBe(0);

    await row.getByRole('button', { name: 'Pause… shop' }).click();
    await page.getByRole('dialog').getByLabel('Why').fill(HOSTILE);
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    const told = `: by ops: ${HOSTILE}. What is published waits for it.`;
    await page.locator('#sinks-card').getByText(told).waitFor();
    await hide(guest, false);
    await guest.locator('#sinks-card').getByText(told).waitFor();
    await submitAndWait(stand, 'sku,price,currency\nSHOE-2,20.00,EUR\n');
    await row.getByText('1 message waits, the oldest for').waitFor();

    refuses = false;
    await row.getByRole('button', { name: 'Resume… shop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await row.getByText('nothing waits').waitFor();
    await row.getByRole('button', { name: 'Replay… shop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await row.getByText('0 dead letters').waitFor();
    expect(await guest.locator('#sinks-card button').count()).toBe(0);
  });

  test('a sink that was stopped by itself tells why', async () => {
    await store.sinks.stop('shop', `12 % of 200 attempts failed: ${HOSTILE}`);
    await page
      .locator('#sinks-card')
      .getByText(/Since .*: 12 % of 200 attempts failed: <img.*resume it once/)
      .waitFor();
  });

  test('have nothing that axe finds fault with: light, dark, 360 px wide', async () => {
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(overflow)).toBe(0);
  });

  test('never ran a foreign script, broke the policy of the page, or asked another site', () => {
    expect(visits.flatMap(offences)).toEqual([]);
  });
});
