import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, browserFile, launch, offences, type Visit, visit } from './browser.ts';
import { type Stand, startStand } from './stand.ts';

/** Swagger UI is large: longest that a busy machine takes to show it, in ms. */
const slowMs = 60_000;

let stand: Stand;
let browser: Browser;

/** Opens a page after the login, and checks at the end that it did nothing it may not. */
async function opened(at: string, look: (page: Page) => Promise<void>, options: object = {}): Promise<void> {
  const visited: Visit = await visit(browser, stand.url, 'read', { at, ...options });
  await look(visited.page);
  expect(offences(visited)).toEqual([]);
  await visited.context.close();
}

describe.skipIf(browserFile === undefined)("the API's documentation", () => {
  beforeAll(async () => {
    [stand, browser] = await Promise.all([startStand(), launch()]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await stand?.stop();
  });

  test('shows our own description whatever the address says, tries a call with the login, leads back', async () => {
    const foreign = encodeURIComponent('https://evil.test/openapi.json');
    const query = `url=${foreign}&configUrl=${foreign}&spec=%7B%7D&urls.primaryName=x`;
    await opened(`/docs?${query}`, async (page) => {
      const call = page.locator('#operations-budget-getBudget');
      await call.locator('.opblock-summary-control').click({ timeout: slowMs });
      expect(await page.locator('.info .title').innerText()).toContain('Reprice');
      expect(await page.locator('.opblock').count()).toBeGreaterThan(30);
      await call.getByRole('button', { name: 'Try it out' }).click();
      await call.getByRole('button', { name: 'Execute' }).click();
      await call.locator('.live-responses-table td.response-col_status').getByText('200').waitFor();
      expect(await call.locator('.live-responses-table').innerText()).toContain('remainingUsd');
      await page.getByRole('link', { name: 'Dashboard' }).click();
      await page.locator('#main').waitFor();
    });
  }, 120_000);

  test.each(['light', 'dark'] as const)('explains problems to everybody, in %s', async (colorScheme) => {
    const phone = { colorScheme, viewport: { width: 360, height: 640 } };
    const look = async (page: Page) => {
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    };
    await opened(
      '/problems/csv-header',
      async (page) => {
        await look(page);
        await page.getByRole('link', { name: 'All problems' }).click();
        await page.getByRole('heading', { level: 1, name: 'Problems' }).waitFor();
        await look(page);
      },
      phone,
    );
  });
});
