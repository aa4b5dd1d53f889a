import { browserFile, launch, noBrowser } from '../../e2e/browser.ts';
import { ended } from '../hostile/gateways.ts';
import { good, upload } from '../hostile/hostile-case.ts';
import { type Stand, secrets } from '../stand.ts';
import { Broken, type Check, noneOf, Untold } from './check.ts';

const evil = '<img src=x onerror=alert(1)>';
const evils = [
  evil,
  `"><script>alert(2)</script>`,
  `'-alert(3)-'`,
  'javascript:alert(4)',
  '{{constructor.constructor("alert(5)")()}}',
  '<svg/onload=alert(6)>',
];

/** What a browser did with some pages that it should not have done. */
async function visited(stand: Stand, paths: readonly string[]): Promise<string[]> {
  if (browserFile === undefined) throw new Untold(noBrowser);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('dialog', (dialog) => {
      faults.push(`a dialog at ${page.url()}: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    const isElsewhere = (url: string): boolean => !url.startsWith(stand.url) && !/^(data|blob):/.test(url);
    page.on('requestfinished', (request) => {
      if (isElsewhere(request.url())) faults.push(`asked ${request.url()}`);
    });
    page.on('requestfailed', (request) => {
      // Bull Board would like fonts of Google's: the policy of the page stops it.
      const stopped = request.failure()?.errorText === 'csp';
      if (isElsewhere(request.url()) && !stopped)
        faults.push(`would ask ${request.url()}: ${request.failure()?.errorText}`);
    });
    await page.goto(stand.url);
    await page.getByLabel('API key').fill(secrets.admin);
    await page.getByRole('button', { name: 'Log in' }).click();
    for (const path of paths) {
      await page.goto(stand.url + path, { waitUntil: 'load' });
      // Pages fill themselves from the API after they are loaded.
      await page.waitForTimeout(1500);
      const strange = await page.locator('img[src="x"], svg[onload], script:not([src]):text("alert")').count();
      if (strange > 0) faults.push(`${path} holds what was sent as text`);
    }
    return faults;
  } finally {
    await browser.close();
  }
}

export const pages: readonly Check[] = [
  {
    id: 'S7',
    what: 'What merchants and gateways write is text on every page (XSS)',
    how: 'SKUs, titles and rejected values that are HTML and scripts, by JSON and CSV; dashboard, SKU page, Bull Board, docs and problem pages in a headless browser: no dialog, no such element, no request elsewhere',
    slow: true,
    async run(stand) {
      const rows = evils.flatMap((text, i) => [
        { ...good(text), stock: 0, title: text, category: text },
        { ...good(`xss-${i}`), price: text },
      ]);
      const { id } = JSON.parse(
        (await stand.call('write', upload(rows.map((row) => JSON.stringify(row)).join('\n')))).body,
      ) as { id: string };
      await stand.call('write', upload(`sku,price,currency,title,${evil}\n${evil},1.00,USD,${evil},x\n`, 'csv'));
      await ended(stand, id);
      const sku = encodeURIComponent(evil);
      const paths = [
        '/',
        `/#sku/${sku}`,
        `/#sku=${sku}`,
        `/?next=${sku}`,
        '/admin/queues/queue/reprice',
        `/admin/queues/queue/reprice/${id}.0`,
        '/admin/queues/queue/reprice?status=completed',
        `/login?next=${sku}`,
        `/problems/${sku}`,
      ];
      noneOf(await visited(stand, paths));
      return `${evils.length} texts on ${paths.length} pages`;
    },
  },
  {
    id: 'S8',
    what: 'The API pages take no description from elsewhere (Swagger UI)',
    how: '/docs behind the login (S1); ?url= and ?configUrl= change nothing, and a browser asks nobody else',
    slow: true,
    async run(stand) {
      const plain = await stand.call('read', { path: '/docs' });
      if (plain.status === 404) throw new Untold('there is no /docs');
      const query = '?url=https://evil.test/openapi.json&configUrl=https://evil.test/config.json&urls=x';
      const asked = await stand.call('read', { path: `/docs${query}` });
      if (asked.status === 200 && asked.body !== plain.body) throw new Broken('the query changes the page');
      noneOf(
        await visited(stand, [
          `/docs${query}`,
          '/docs/?url=https://evil.test/openapi.json',
          '/docs#url=https://evil.test/x',
        ]),
      );
      return asked.status === 200 ? 'the query is ignored' : `the query is refused with ${asked.status}`;
    },
  },
];
