import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkoutDir, endLeftovers, spawnApp } from '@reprice/testkit/processes';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch, live, visit } from './browser.ts';
import { type Stand, sampleCatalogue, startStand, until } from './stand.ts';

/*
 * npm run screenshots: remakes docs/images/*.png from the sample catalogue, priced by a real worker against the simulator. Takes a few
 * minutes, since the chart shall have some.
 */

const folder = path.join(checkoutDir, 'docs', 'images');
const dir = mkdtempSync(path.join(tmpdir(), 'reprice-screenshots-'));

/** How long the catalogue is priced over and over before the first picture, in ms. */
const warmUpMs = Number(process.env.SCREENSHOTS_WARM_UP_MS ?? 240_000);

const desktop = { viewport: { width: 1280, height: 860 } } as const;
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const [stand, browser] = await Promise.all([
    // Small packs and a low rate: a catalogue of 2,000 SKUs then takes a while.
    startStand({ RATE_LIMIT_RPM: '900', DAILY_BUDGET_USD: '50', PACK_SIZE: '10' }),
    launch(),
  ]);
  try {
    await startMarket(stand);
    await work(stand);
    await picture(browser, stand, 'dashboard-light', { ...desktop, colorScheme: 'light' });
    await picture(browser, stand, 'dashboard-dark', { ...desktop, colorScheme: 'dark' });
    await picture(browser, stand, 'dashboard-phone', phone);
    await picture(browser, stand, 'market', { ...desktop, colorScheme: 'light' }, (page) => {
      return page.locator('#canary-card').evaluate((card) => card.scrollIntoView({ block: 'center' }));
    });
    await picture(browser, stand, 'why', { ...desktop, colorScheme: 'light' }, (page) => openTelling(page, stand));
    await picture(browser, stand, 'bull-board', { ...desktop, colorScheme: 'light' }, openBoard);
    return 0;
  } finally {
    await browser.close();
    await stand.stop();
    await endLeftovers();
    rmSync(dir, { recursive: true });
  }
}

/** A market that moves by itself and reaches Reprice by a feed, a file of all changes, and another model for a tenth of the SKUs. */
async function startMarket(stand: Stand): Promise<void> {
  const origin = new URL(stand.gatewayUrl).origin;
  const config = {
    feeds: {
      market: { url: `${origin.replace('http', 'ws')}/market/stream`, restUrl: `${origin}/market`, token: 'sk-e2e' },
    },
    sinks: { archive: { kind: 'ndjson', file: 'changes.ndjson' } },
  };
  const file = path.join(dir, 'reprice.config.mjs');
  writeFileSync(file, `export default ${JSON.stringify(config)};`);
  const env = { REDIS_URL: stand.redis.url, REPRICE_CONFIG: file, LOG_LEVEL: 'warn' };
  await Promise.all([spawnApp('feed', env), spawnApp('sinks', env, { cwd: dir })]);
  const body = JSON.stringify({ seed: 7, skus: 500, eventsPerSecond: 4 });
  const moved = await fetch(`${origin}/market/move`, { method: 'POST', body });
  if (!moved.ok) throw new Error(`The market does not move: ${await moved.text()}`);
  const canary = JSON.stringify({ percent: 10, model: 'gpt-4o-mini' });
  await stand.call('/v1/canary', { method: 'PUT', body: canary });
}

/** Prices the catalogue, and again with prices and stock that moved, with a gateway that is not always well. */
async function work(stand: Stand): Promise<void> {
  const endMs = performance.now() + warmUpMs;
  await stand.faults({
    latency: { p50Ms: 700, p99Ms: 2600 },
    rate429: { probability: 0.004 },
    nan: { probability: 0.4, rowShare: 0.02 },
    status5xx: { probability: 0.01 },
  });
  for (let round = 0; performance.now() < endMs; round++) {
    const priority = ['normal', 'low', 'high'][round % 3];
    const id = await submit(stand, `priority=${priority}&force=true`, round);
    await until('the batch is done or the time is over', async () => {
      const { status } = await stand.call(`/v1/batches/${id}`);
      return status === 'done' || performance.now() > endMs;
    });
  }
  await stand.faults({ latency: { p50Ms: 700, p99Ms: 2600 }, nan: { probability: 1, rowShare: 1 } });
  const broken = await stand.call('/v1/batches?priority=critical', {
    method: 'POST',
    body: 'sku,price,currency\nGIFT-CARD-50,50.00,EUR\nGIFT-CARD-100,100.00,EUR\n',
    headers: { 'content-type': 'text/csv' },
  });
  await until('what cannot be priced has failed', async () => {
    return (await stand.call(`/v1/batches/${broken.id}`)).status === 'done';
  });
  await stand.faults({ latency: { p50Ms: 700, p99Ms: 2600 }, rate429: { probability: 0.004 } });
  await submit(stand, 'priority=low&force=true');
  await submit(stand, 'priority=normal&force=true');
}

/** Submits the catalogue, in which the competitors' prices drift from round to round. */
async function submit(stand: Stand, query: string, round = 0): Promise<string> {
  const factor = 1 + ([0, -0.06, 0.05, -0.03, 0.08, 0.02][round % 6] ?? 0);
  const body = sampleCatalogue().replaceAll(/\d+(?:\.\d+)?(?:\|\d+(?:\.\d+)?)+/g, (prices) =>
    prices.replaceAll(/\d+(?:\.(\d+))?/g, (price, decimals = '') => (Number(price) * factor).toFixed(decimals.length)),
  );
  const { id } = await stand.call(`/v1/batches?${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/csv' },
  });
  return String(id);
}

async function picture(
  browser: Browser,
  stand: Stand,
  name: string,
  options: BrowserContextOptions,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  const { page, context } = await visit(browser, stand.url, 'admin', options);
  await live(page);
  await page.locator('#changes .sku').first().waitFor();
  await prepare(page);
  // Charts draw themselves in the frame after their data.
  await page.waitForTimeout(500);
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  console.info(`${path.relative(checkoutDir, file)}  ${Math.round(statSync(file).size / 1000)} kB`);
  await context.close();
}

/** Opens a SKU that has something to tell: guardrails that moved it, and a price that went up and down. */
async function openTelling(page: Page, stand: Stand): Promise<void> {
  const { topChanges } = (await stand.call('/v1/stats')) as { topChanges: { sku: string }[] };
  const told = await Promise.all(
    topChanges.map(async ({ sku }) => {
      const path = `/v1/prices/${encodeURIComponent(sku)}`;
      const { steps } = (await stand.call(`${path}/why`)) as { steps?: unknown[] };
      const { items } = (await stand.call(`${path}/history`)) as { items: { price: string }[] };
      return { sku, says: (steps?.length ?? 0) * 10 + new Set(items.map(({ price }) => price)).size };
    }),
  );
  const { sku } = told.reduce((best, other) => (other.says > best.says ? other : best));
  await page.getByLabel('Find a SKU').fill(sku);
  await page.keyboard.press('Enter');
  await page.locator('dialog.drawer .steps .published').waitFor();
}

async function openBoard(page: Page): Promise<void> {
  await page.goto(new URL('/admin/queues/queue/reprice?status=completed', page.url()).href);
  await page
    .getByText(/(normal|low|high|critical): /)
    .first()
    .waitFor();
}
