import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, browserFile, launch, live, noBrowser, offences, type Visit, visit } from './browser.ts';
import { type Stand, startStand, submitAndWait, until } from './stand.ts';

if (browserFile === undefined) console.warn(noBrowser);

const MODEL = 'gpt-4.1-nano';

let stand: Stand;
let browser: Browser;
const visits: Visit[] = [];

async function open(scope: 'read' | 'admin'): Promise<Page> {
  const visited = await visit(browser, stand.url, scope);
  visits.push(visited);
  await live(visited.page);
  return visited.page;
}

const setCanary = (body: object) => stand.call('/v1/canary', { method: 'PUT', body: JSON.stringify(body) });
const parity = async () => (await stand.call('/v1/canary/parity')) as { compared: number };

/** SKUs whose price nothing moves: the stable route holds it. */
function catalogue(name: string, count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `${name}-${i},${20 + i}.00,EUR`);
  return `sku,price,currency\n${rows.join('\n')}\n`;
}

describe.skipIf(browserFile === undefined)('canary and observations on the dashboard', { timeout: 60_000 }, () => {
  let page: Page;
  let guest: Page;
  beforeAll(async () => {
    [stand, browser] = await Promise.all([startStand(), launch()]);
    [page, guest] = await Promise.all([open('admin'), open('read')]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  test('a shadow: its prices beside the live ones, and how many lie within x %', async () => {
    await stand.faults({ byModel: { [MODEL]: { shifted: { percent: 3, rows: [2, 5, 8] } } } });
    const card = page.locator('#canary-card');
    expect(await card.isVisible()).toBe(false);
    await setCanary({ percent: 100, mode: 'shadow', model: MODEL });
    await card.getByText(`${MODEL} is asked for 100 % of the SKUs`).waitFor();
    await card.getByText('It has not been asked yet').waitFor();
    // The worker knows it within a second: what comes before that is not asked for.
    await until('the shadow is asked', async () => {
      if ((await parity()).compared > 0) return true;
      await submitAndWait(stand, catalogue('PROBE', 1), '?force=true');
      return false;
    });
    const before = (await parity()).compared;
    await submitAndWait(stand, catalogue('SHOE', 10));
    await until('all are compared', async () => (await parity()).compared >= before + 10);
    const { compared } = await parity();

    const within = (share: string) => card.locator('.parity .figure').getByText(share, { exact: true }).waitFor();
    await within(`${Math.round((1 - 3 / compared) * 1000) / 10} %`);
    await card.getByLabel('within').selectOption('5 %');
    await within('100 %');
    await card.getByText('Furthest apart').click();
    const rows = card.locator('tbody').last().locator('tr');
    expect((await rows.getByRole('link').allInnerTexts()).toSorted()).toEqual(['SHOE-1', 'SHOE-4', 'SHOE-7']);
    expect(await rows.filter({ hasText: 'SHOE-1' }).innerText()).toMatch(/21\.00 EUR\s+21\.63 EUR\s+\+3 %/);
  });

  test('observations: how many, what is repriced and why, and what costs no call', async () => {
    const card = page.locator('#observations-card');
    expect(await card.isVisible()).toBe(false);
    const told = {
      method: 'POST',
      body: JSON.stringify({ items: [{ sku: 'SHOE-1', stock: 40, observedAt: new Date().toISOString() }] }),
    };
    const repeated = told.body.replace(
      /"observedAt":"[^"]+"/,
      `"observedAt":"${new Date(Date.now() + 1).toISOString()}"`,
    );
    await stand.call('/v1/observations', told);
    await stand.call('/v1/observations', { method: 'POST', body: repeated });
    await card.getByText('2 accepted. 50 % cost no call.').waitFor();
    await card.getByText('nothing had changed').waitFor();
  });

  test('has nothing that axe finds fault with: light, dark, 360 px wide', async () => {
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await axeViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await axeViolations(page)).toEqual([]);
    expect(await page.evaluate(overflow)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  test('a shadow is let answer, promoted against its few calls, and rolled back, with the reason for all to see', async () => {
    await guest.locator('#canary-card').getByText('Nothing of it is published').waitFor();
    expect(await guest.locator('#canary-actions button').count()).toBe(0);
    await setCanary({ percent: 5, mode: 'shadow' });

    const card = page.locator('#canary-card');
    await card.getByText('is asked for 5 % of the SKUs').waitFor();
    await card.getByRole('button', { name: 'Let it answer…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let it answer' }).click();
    await card.getByText(`${MODEL} answers for 5 % of the SKUs`).waitFor();
    await card.getByText('Rows without a valid answer').first().waitFor();

    await card.getByRole('button', { name: 'Promote to 25 %…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Promote to 25 %?' });
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await dialog.getByText('calls of the 100 that it is judged by').waitFor();
    await dialog.getByLabel(/Also though it has made/).check();
    await dialog.getByRole('button', { name: 'Promote' }).click();
    for (const seen of [page, guest])
      await seen.locator('#canary-card').getByText('answers for 25 % of the SKUs').waitFor();

    await card.getByRole('button', { name: 'Roll back…' }).click();
    await page.getByRole('dialog').getByLabel('Why').fill('odd prices');
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    const told = /was rolled back by ops: odd prices\..*None begins before/;
    for (const seen of [page, guest]) await seen.locator('#canary-card').getByText(told).waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
  });

  test('never ran a foreign script, broke its policy, or asked another site', () => {
    expect(visits.flatMap(offences)).toEqual([]);
  });
});
