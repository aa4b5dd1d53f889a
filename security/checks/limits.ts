import { parse } from 'csv-parse/sync';
import { ended, gatewayVerdicts } from '../hostile/gateways.ts';
import { good, job, upload } from '../hostile/hostile-case.ts';
import { titleVerdicts } from '../hostile/titles.ts';
import { Stand } from '../stand.ts';
import { Broken, type Check, noneOf } from './check.ts';

const formulas = ['=1+1', '+1+1', '-1+1', '@SUM(1)', "=cmd|' /C calc'!A0", '＝1+1'];

export const limits: readonly Check[] = [
  {
    id: 'S14',
    what: 'One key cannot take all: requests a minute, jobs in the queue, sizes',
    how: 'API_RATE_LIMIT_RPM=20: the 21st request gets 429 with Retry-After and RateLimit headers; QUEUE_MAX_JOBS=4: 503 queue-full; sizes and depths are rows 9 to 18 of the table',
    slow: true,
    async run() {
      const stand = await Stand.open({ env: { API_RATE_LIMIT_RPM: '20', QUEUE_MAX_JOBS: '4' } });
      try {
        let full = await stand.call('write', upload(JSON.stringify(good('q-0'))));
        for (let i = 1; i < 6 && full.status === 202; i++) full = await stand.call('write', job(good(`q-${i}`)));
        if (
          full.status !== 503 ||
          !full.body.includes('/problems/queue-full') ||
          full.headers['retry-after'] === undefined
        )
          throw new Broken(`a full queue answers ${full.status}: ${full.body.slice(0, 200)}`);
        let refused = await stand.call('read', { path: '/v1/budget' });
        const told = Object.keys(refused.headers).filter((name) => name.startsWith('ratelimit'));
        let sent = 1;
        for (; sent < 30 && refused.status === 200; sent++) refused = await stand.call('read', { path: '/v1/budget' });
        if (refused.status !== 429 || refused.headers['retry-after'] === undefined || told.length === 0)
          throw new Broken(`request ${sent} answers ${refused.status}, headers ${told}: ${refused.body.slice(0, 200)}`);
        const other = await stand.call('admin', { path: '/v1/budget' });
        if (other.status !== 200) throw new Broken(`another key is refused too: ${other.status}`);
        return `429 at request ${sent} of one key, ${told.join(' and ')}; others go on; 503 queue-full with Retry-After`;
      } finally {
        await stand.close();
      }
    },
  },
  {
    id: 'S16',
    what: 'A gateway cannot make us publish what it likes, wait for ever or tell our key',
    how: 'a worker against a gateway of ours that answers 38 ways (HTML, bombs, redirects, drips, wrong prices, our key): published is only the right price of the second asking',
    slow: true,
    run: async () => summary(await gatewayVerdicts()),
  },
  {
    id: 'S17',
    what: 'No title talks the model into a price',
    how: "208 titles in 8 classes and a model that obeys them: under the usual strategy no title reaches it and the price is the twin's; where titles are quoted, the price stays within the bounds",
    slow: true,
    run: async () => summary(await titleVerdicts()),
  },
  {
    id: 'S18',
    what: 'No cell of an export starts a formula',
    how: 'SKUs, titles and prices that are formulas, priced and rejected; every CSV parsed: no text cell starts with = + - @ TAB CR',
    slow: true,
    async run(stand) {
      const rows = formulas.flatMap((text, i) => [
        { ...good(text), title: text, category: text },
        { ...good(`bad-${i}`), price: text },
        { ...good(`named-${i}`), strategy: text },
      ]);
      const { id } = JSON.parse(
        (await stand.call('write', upload(rows.map((row) => JSON.stringify(row)).join('\n'), 'ndjson', '?force=true')))
          .body,
      ) as { id: string };
      await ended(stand, id);
      const faults: string[] = [];
      let cells = 0;
      for (const list of ['results', 'rejections', 'failures']) {
        const { body } = await stand.call('read', { path: `/v1/batches/${id}/${list}?format=csv` });
        for (const cell of (parse(body, { relax_column_count: true }) as string[][]).flat()) {
          cells++;
          if (/^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell))
            faults.push(`${list}: ${JSON.stringify(cell)}`);
        }
        if (list === 'results' && !body.includes("'=1+1")) faults.push(`${list} has no cell with =1+1 made harmless`);
      }
      noneOf(faults);
      return `${cells} cells`;
    },
  },
];

function summary(verdicts: readonly { row: string; faults: readonly string[] }[]): string {
  noneOf(verdicts.filter(({ faults }) => faults.length > 0).map(({ row, faults }) => `${row}: ${faults[0]}`));
  return `${verdicts.length} cases`;
}
