import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, browserFile, drop, launch, live, offences, type Visit, visit } from './browser.ts';
import { type Stand, startStand, submitAndWait, until } from './stand.ts';

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

describe.skipIf(browserFile === undefined)('in trouble the dashboard', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    [stand, browser] = await Promise.all([startStand(), launch()]);
    await submitAndWait(stand, 'sku,price,currency\nA-1,10.00,EUR\n');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  test('explains a file that is no catalogue', async () => {
    const page = await open('write');
    await live(page);
    const submit = async (name: string, text: string) => {
      await drop(page, name, text);
      await page.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
      const words = await page.getByRole('dialog').getByRole('alert').innerText();
      await page.keyboard.press('Escape');
      return words;
    };
    expect(await submit('prices.xlsx', 'PK')).toMatch(/no catalogue by its name.*CSV/s);
    expect(await submit('prices.csv', 'artikel;preis\nA;1\n')).toMatch(
      /header line of the CSV does not fit.*separated by commas.*artikel;preis/s,
    );
    expect(await submit('prices.json', '{"items": [')).toMatch(/JSON/);
    // Where only the names of the columns are others, they can be told.
    await drop(page, 'artikel.csv', 'artikel,preis,waehrung\nMAPPED-1,9.00,EUR\n');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    expect(await dialog.getByRole('alert').innerText()).toMatch(
      /Write sku=COLUMN .*into “Columns of a CSV(?!.*[?]map=)/s,
    );
    await dialog.getByLabel('Columns of a CSV').fill('sku=artikel, price=preis, currency=waehrung');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await dialog.getByText('1 SKU of artikel.csv').waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  test('says that a login has ended, and leads back to where it was', async () => {
    const page = await open('read', { at: '/#/sku/A-1' });
    await live(page);
    await page.context().clearCookies();
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await page.locator('#problem').getByText('You are logged out').waitFor();
    expect(await page.getByRole('link', { name: 'Log in', includeHidden: true }).getAttribute('href')).toBe(
      '/login?next=%2F%23%2Fsku%2FA-1',
    );
  });

  test('says what to do when the budget is used up, and goes on when it is raised', async () => {
    const page = await open('admin');
    await live(page);
    await stand.call('/v1/budget', { method: 'PUT', body: JSON.stringify({ limitUsd: '0' }) });
    const headers = { 'content-type': 'text/csv' };
    await stand.call('/v1/batches', { method: 'POST', body: 'sku,price,currency\nLATE-1,9.00,EUR\n', headers });
    await page.getByRole('heading', { name: /budget is used up/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const unwanted = await stand.call('/v1/batches', {
      method: 'POST',
      body: 'sku,price,currency\nLATE-2,9.00,EUR\n',
      headers,
    });
    await page.getByRole('button', { name: `Cancel… ${unwanted.id}` }).click();
    await page.getByRole('button', { name: 'Cancel the batch' }).click();
    await page
      .locator('#batches li')
      .filter({ hasText: String(unwanted.id) })
      .getByText('1 never run')
      .waitFor();
    await page.getByRole('button', { name: 'Change limit' }).click();
    await page.getByLabel('Dollars a day').fill('50');
    await page.getByRole('button', { name: 'Set the limit' }).click();
    await page.locator('#said').getByText('The limit is $50.00 a day now.').waitFor();
    await until(
      'LATE-1 is priced',
      async () => ((await stand.call('/v1/prices?skus=LATE-1')).items as unknown[]).length === 1,
    );
  });

  test('says so, too, when what is left of a small budget pays no call', async () => {
    const page = await open('admin');
    await live(page);
    await page.getByRole('heading', { name: 'All is done' }).waitFor();
    const limit = (limitUsd: string) => stand.call('/v1/budget', { method: 'PUT', body: JSON.stringify({ limitUsd }) });
    const { spentUsd } = await stand.call('/v1/budget');
    await limit((Number(spentUsd) / 0.7).toFixed(9));
    const headers = { 'content-type': 'text/csv' };
    const batch = await stand.call('/v1/batches', {
      method: 'POST',
      body: 'sku,price,currency\nPOOR-1,9.00,EUR\n',
      headers,
    });
    await page.getByRole('heading', { name: /budget is used up/ }).waitFor();
    await page.locator('#headline-detail').getByText('may use 85 % of the day').waitFor();
    await stand.call(`/v1/batches/${batch.id}/cancel`, { method: 'POST' });
    await limit('50');
  });

  test('freezes, says so, and goes on', async () => {
    const page = await open('admin');
    await live(page);
    await page.getByRole('button', { name: 'Freeze…' }).click();
    await page.getByLabel('Why').fill('a test');
    await page.getByRole('dialog').getByRole('button', { name: 'Freeze' }).click();
    await page.getByRole('heading', { name: 'Frozen' }).waitFor();
    expect(await page.locator('#headline-detail').innerText()).toContain('by ops');
    await page.getByRole('button', { name: 'Go on…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: /Working|All is done/ }).waitFor();
  });

  test('says that the gateway refuses the key', async () => {
    const page = await open('admin');
    await live(page);
    await stand.faults({ unauthorized: {} });
    const headers = { 'content-type': 'text/csv' };
    await stand.call('/v1/batches', { method: 'POST', body: 'sku,price,currency\nKEY-1,9.00,EUR\n', headers });
    await page.getByRole('heading', { name: 'The gateway cannot be used' }).waitFor();
    expect(await page.locator('#headline-detail').innerText()).toContain('GATEWAY_API_KEYS');
    await stand.faults({});
  });

  // The last of all: it takes Redis away.
  test('explains a dead Redis, and comes back by itself', async () => {
    const page = await open('read');
    await live(page);
    await stand.redis.kill();
    const banner = page.locator('#problem .banner');
    await banner.waitFor();
    expect(await banner.innerText()).toMatch(/Redis does not answer.*REDIS_URL.*goes on by itself/s);
    await page.locator('#connection[data-state="reconnecting"]').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await stand.redis.restart();
    await banner.waitFor({ state: 'detached' });
    await live(page);
  });

  test('never ran a foreign script, broke its policy, or asked another site', () => {
    expect(visits.flatMap(offences)).toEqual([]);
  });
});
