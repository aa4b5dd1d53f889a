import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, browserFile, drop, launch, live, noBrowser, offences, type Visit, visit } from './browser.ts';
import { catalogueFile, type Stand, sampleCatalogue, startStand, submitAndWait, until } from './stand.ts';

if (browserFile === undefined) console.warn(noBrowser);

/** A SKU that would run a script wherever it is taken for markup. */
const evil = '<img src=x onerror=alert(1)>';
const evilCsv = `sku,title,price,currency\n"${evil}","</script><script>alert(2)</script>",12.00,EUR\n`;

/** Largest page, in bytes over the wire, compressed as the browser asks for it. */
const pageBytes = 300_000;

let stand: Stand;
let browser: Browser;
const visits: Visit[] = [];

async function open(
  ...args: Parameters<typeof visit> extends [unknown, unknown, ...infer R] ? R : never
): Promise<Page> {
  const visited = await visit(browser, stand.url, ...args);
  visits.push(visited);
  return visited.page;
}

describe.skipIf(browserFile === undefined)('the dashboard', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [stand, browser] = await Promise.all([startStand(), launch()]);
    await submitAndWait(stand, 'sku,price,currency\nGOOD-1,10.00,EUR\n');
    await stand.faults({ nan: { probability: 1, rowShare: 1 } });
    await submitAndWait(stand, `${evilCsv}BROKEN-1,,10.00,EUR\n`);
    await stand.faults({});
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  test('explains a wrong key, takes a right one, and is small and quick', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(stand.url);
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    expect(await page.getByRole('alert').innerText()).toMatch(/not known here.*\.data\/api-key.*API_KEYS/);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('API key').fill('e2e-admin-secret');
    await page.getByRole('button', { name: 'Log in' }).click();
    await live(page);
    const figures = (await page.evaluate(`({
      bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter((entry) => !entry.name.includes('/v1/')).reduce((sum, entry) => sum + entry.transferSize, 0),
      interactiveMs: performance.getEntriesByName('interactive')[0].startTime,
      figuresMs: performance.getEntriesByName('figures')[0].startTime,
    })`)) as { bytes: number; interactiveMs: number; figuresMs: number };
    console.info(
      `dashboard: ${Math.round(figures.bytes / 1000)} kB, interactive after ${Math.round(figures.interactiveMs)} ms, figures after ${Math.round(figures.figuresMs)} ms`,
    );
    expect(figures.bytes).toBeGreaterThan(10_000);
    expect(figures.bytes).toBeLessThan(pageBytes);
    await context.close();
  });

  test('takes a catalogue by drag and drop, and shows it through to its end', async () => {
    const page = await open('write');
    await live(page);
    await drop(page, 'sample.csv', sampleCatalogue());
    const dialog = page.getByRole('dialog', { name: 'Submit a catalogue' });
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await page.getByText(/SKUs of sample\.csv: done\./).waitFor();
    expect(await page.locator('.rejections li').first().innerText()).toMatch(/^Line \d+/);
    await page.keyboard.press('Escape');
    await page.locator('#batches li').first().getByText('done').waitFor();
    // What changed most comes with the figures of the next seconds, and leads to the SKU.
    await page.locator('#changes .sku').first().click();
    const panel = page.locator('dialog.drawer');
    await panel.locator('.price').waitFor();
    await panel.locator('.steps .published').waitFor();
    await panel.locator('tbody button.link').first().click();
    await panel.getByRole('heading', { name: 'Why' }).and(panel.locator(':focus')).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  test('replays a failure after telling what it can cost', async () => {
    const page = await open('write');
    await live(page);
    const group = page.locator('#failures details').filter({ hasText: 'no usable answer' });
    await group.locator('summary').click();
    await group.getByRole('link', { name: 'BROKEN-1' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: /^Replay… No usable answer/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Replay/ });
    expect(await dialog.innerText()).toMatch(/\d+ jobs?, at most \$0\.\d+/);
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await page
      .locator('#said')
      .getByText(/runs? again/)
      .waitFor();
    await until(
      'BROKEN-1 is priced',
      async () => ((await stand.call('/v1/prices?skus=BROKEN-1')).items as unknown[]).length === 1,
    );
    await page.getByText('Nothing has failed.').waitFor();
  });

  test('lets a person decide on a price that is held', async () => {
    const csv =
      'sku,price,currency,cost,stock,competitors,strategy\nHELD-1,100.00,EUR,20,900,70|72|71,careful\nHELD-2,100.00,EUR,20,900,70|72|71,careful\n';
    await submitAndWait(stand, csv);
    const page = await open('write');
    await live(page);
    await page.getByRole('button', { name: 'Approve HELD-1' }).click();
    await page
      .locator('#said')
      .getByText(/HELD-1 costs .* EUR now/)
      .waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Reject HELD-2' }).click();
    await page.locator('#held-card').waitFor({ state: 'hidden' });
    const { items } = await stand.call('/v1/prices?skus=HELD-1,HELD-2');
    expect(items).toMatchObject([{ sku: 'HELD-1', source: 'manual' }]);
  });

  test('shows hostile names as the text they are', async () => {
    const page = await open('read', { at: `/#/sku/${encodeURIComponent(evil)}` });
    await page.locator('dialog.drawer .price').waitFor();
    expect(await page.locator('dialog.drawer h2').innerText()).toBe(evil);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
  });

  test('hides what a key of scope read may not do', async () => {
    const page = await open('read');
    await live(page);
    await page.locator('#batches li').first().waitFor();
    const names = await page.getByRole('button').allInnerTexts();
    expect(names.filter((name) => /submit|replay|cancel|freeze|limit|approve|reject/i.test(name))).toEqual([]);
    const policy = await page.evaluate("fetch('/v1/jobs/replay', { method: 'POST' }).then(({ status }) => status)");
    expect(policy).toBe(403);
  });

  test('goes by keyboard alone', async () => {
    const page = await open('admin');
    await live(page);
    await page.keyboard.press('/');
    await page.keyboard.type('GOOD-1');
    await page.keyboard.press('Enter');
    await page.locator('dialog.drawer .price').waitFor();
    expect(await page.evaluate("document.activeElement.closest('dialog') !== null")).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.id')).toBe('search-sku');
    // On to the button that submits, which opens with Enter, and its dialog closes with Escape.
    await page.getByRole('button', { name: 'Submit a catalogue' }).focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Check-up');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Check-up' }).getByText('The gateway answers').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Submit a catalogue' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Tab');
    await page.locator('#hour-choice input:checked').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('calls', { exact: false }).first().waitFor();
    expect(await page.locator('.chart').first().getAttribute('aria-label')).toMatch(/^Calls, minute by minute/);
  });

  test.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['360 px wide', { viewport: { width: 360, height: 740 } }],
  ])('has nothing that axe finds fault with: %s', async (_, options) => {
    const page = await open('admin', options);
    await live(page);
    await page.locator('#changes .sku').first().waitFor();
    await page.getByText('As a table').click();
    expect(await axeViolations(page)).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await page.getByRole('button', { name: 'Submit a catalogue' }).click();
    await page.locator('#upload-file').setInputFiles(catalogueFile);
    expect(await axeViolations(page)).toEqual([]);
  });

  test('leads to Bull Board, which only shows, and back', async () => {
    const page = await open('read', { at: '/admin/queues' });
    await page.getByText('reprice').first().waitFor();
    await page.goto(`${stand.url}/admin/queues/queue/reprice?status=completed`);
    await page
      .getByText(/normal: /)
      .first()
      .waitFor();
    const answer = await page.evaluate(
      "fetch('/admin/queues/api/queues/reprice/pause', { method: 'PUT' }).then(({ status }) => status)",
    );
    expect(answer).toBe(405);
    const html = await page.content();
    expect(html).toContain('Failed: why, and replay');
  });

  test('never ran a foreign script, broke its policy, or asked another site', () => {
    expect(visits.flatMap(offences)).toEqual([]);
  });
});
