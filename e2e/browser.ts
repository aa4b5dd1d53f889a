import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { secrets } from './stand.ts';

const places = [
  process.env.CHROMIUM_BIN,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this machine; undefined if it has none that we know of. */
export const browserFile = places.find((file) => file !== undefined && file !== '' && existsSync(file));

/** What is said where there is none. */
export const noBrowser =
  'No Chromium here, so the dashboard is not tried in a browser: apt-get install chromium, or name one in CHROMIUM_BIN.';

/** Starts the browser. */
export function launch(): Promise<Browser> {
  const executablePath = browserFile;
  if (executablePath === undefined) throw new Error(noBrowser);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page with what it did that it should not have. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Dialogs of the browser that came up: each would be a script that got in. */
  readonly dialogs: string[];
  /** Errors of scripts, and what the Content-Security-Policy stopped. */
  readonly errors: string[];
  /** Requests to another origin. */
  readonly outside: string[];
}

/** Opens the dashboard (or another path) of a stand, logged in by the page's own form. */
export async function visit(
  browser: Browser,
  url: string,
  scope: keyof typeof secrets,
  { at = '/', ...options }: BrowserContextOptions & { at?: string } = {},
): Promise<Visit> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const [dialogs, errors, outside]: [string[], string[], string[]] = [[], [], []];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    dialog.dismiss().catch(() => {});
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('the server responded with a status'))
      errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) outside.push(request.url());
  });
  // Only `next` brings a SKU's address, which is a fragment, through the login.
  await page.goto(at.includes('#') ? `${url}/login?next=${encodeURIComponent(at)}` : url + at);
  await page.getByLabel('API key').fill(secrets[scope]);
  await page.getByRole('button', { name: 'Log in' }).click();
  return { page, context, dialogs, errors, outside };
}

/** Waits until the dashboard shows figures that come live. */
export async function live(page: Page): Promise<void> {
  await page.locator('#connection[data-state="live"]').waitFor({ timeout: 20_000 });
  await page.locator('.headline[data-kind]').waitFor();
}

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds fault with on a page, one line each; empty = nothing. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy would rightly refuse that.
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(axeFile, 'utf8'));
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[];
  };
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

/** Drops a file on the page, as a person does with the mouse. */
export async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    `(() => { const list = new DataTransfer(); list.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)})); return list; })()`,
  );
  await page.dispatchEvent('body', 'dragenter', { dataTransfer });
  await page.locator('#drop').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer });
}

/** What a page did that no page of ours may do: run a foreign script, break its policy, ask another site. Bull Board asks for its fonts, in vain. */
export function offences({ dialogs, errors, outside }: Visit): string[] {
  return [...dialogs, ...errors, ...outside].filter((text) => !text.includes('fonts.googleapis.com'));
}
