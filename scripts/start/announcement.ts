/** What is told of an instance that runs. */
export interface Running {
  readonly apiUrl: string;
  readonly redisUrl: string;
  readonly redisSource: string;
  readonly simulatorUrl: string | undefined;
  /** Relative to where the person is; undefined if they gave the keys. */
  readonly keyFile: string | undefined;
  readonly logDir: string;
}

/** Where to look, told before the catalogue is priced. */
export function addresses(running: Running): string {
  return lines([
    ['Dashboard', `${running.apiUrl}/`],
    ['API', `${running.apiUrl}/v1`],
    ['Bull Board', `${running.apiUrl}/admin/queues`],
    ['Simulator', running.simulatorUrl],
    ['API key', running.keyFile ? `cat ${shellWord(running.keyFile)}` : 'one of API_KEYS'],
    ['Logs', running.logDir],
  ]);
}

/**
 * Told once the catalogue, if there is one, is done and the instance goes on serving.
 *
 * @param pricedSku a SKU that has a price, for an example that works
 */
export function announcement(running: Running, pricedSku: string | undefined): string {
  const sku = pricedSku ?? 'SKU';
  const next = lines([
    ['Your file', pricedSku === undefined ? 'npx reprice submit FILE --watch' : undefined],
    ['One price', `npx reprice price ${shellWord(sku)}`],
    ['In Redis', `${redisCli(running.redisUrl)} HGETALL ${shellWord(`{reprice:0}:price:${sku}`)}`],
  ]);
  const head = `Reprice is running at ${running.apiUrl} (Redis: ${running.redisSource}).`;
  return `\n${head}\n\n${next}\n\nCtrl-C ends it; data stays.\n`;
}

function lines(rows: readonly [label: string, value: string | undefined][]): string {
  return rows.flatMap(([label, value]) => (value ? [`  ${label.padEnd(10)} ${value}`] : [])).join('\n');
}

/** A word that a shell takes as it stands. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** How to look into the Redis of REDIS_URL, or into a cluster by its first node, without its password. */
function redisCli(urls: string): string {
  const [url = '', ...others] = urls.split(',').map((one) => one.trim().replace(/\?.*/, ''));
  if (!/^rediss?:/.test(url)) return `redis-cli -s ${shellWord(url.replace(/^unix:(\/\/)?/, ''))}`;
  const address = url.replace(/\/\/([^@/]*):[^@/]*@/, '//$1:***@');
  return `redis-cli ${others.length > 0 ? '-c ' : ''}-u ${shellWord(address)}`;
}

/** Asks the API for some SKU of the latest batch that has a price; undefined if it cannot be had. */
export async function anyPricedSku(apiUrl: string, apiKey: string): Promise<string | undefined> {
  const get = (path: string) =>
    fetch(apiUrl + path, { headers: { authorization: `Bearer ${apiKey}` }, signal: AbortSignal.timeout(3000) });
  try {
    const { items } = (await (await get('/v1/batches?limit=1')).json()) as { items: { id: string }[] };
    const results = await get(`/v1/batches/${items[0]?.id}/results?format=ndjson`);
    let text = '';
    for await (const chunk of results.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('\n')) break;
    }
    const { sku } = JSON.parse(text.split('\n')[0] ?? '') as { sku?: unknown };
    return typeof sku === 'string' ? sku : undefined;
  } catch {
    return undefined; // it is only for an example
  }
}
