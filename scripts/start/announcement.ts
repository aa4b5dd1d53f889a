/** What is told once the catalogue is done and the instance goes on serving. */
export interface Running {
  readonly apiUrl: string;
  readonly redisUrl: string;
  readonly redisSource: string;
  readonly simulatorUrl: string | undefined;
  /** Relative to where the person is; undefined if they gave the keys. */
  readonly keyFile: string | undefined;
  readonly logDir: string;
  /** A SKU that has a price, for an example that works. */
  readonly sku: string | undefined;
}

/** Where to look, as lines for the terminal. */
export function announcement(running: Running): string {
  const sku = running.sku ?? 'SKU';
  const rows: [label: string, value: string | undefined][] = [
    ['Dashboard', `${running.apiUrl}/`],
    ['Queue', `${running.apiUrl}/admin/queues`],
    ['API', `${running.apiUrl}/v1   documented at ${running.apiUrl}/docs`],
    ['Simulator', running.simulatorUrl],
    ['API key', running.keyFile ? `cat ${running.keyFile}` : 'one of API_KEYS'],
    ['One price', `npx reprice price ${shellWord(sku)}`],
    ['In Redis', `redis-cli -u ${withoutPassword(running.redisUrl)} HGETALL ${shellWord(`{reprice:0}:price:${sku}`)}`],
    ['Logs', running.logDir],
  ];
  const lines = rows.flatMap(([label, value]) => (value ? [`  ${label.padEnd(10)} ${value}`] : []));
  return `\nReprice is running (Redis: ${running.redisSource}).\n\n${lines.join('\n')}\n\nCtrl-C ends it; data stays.\n`;
}

/** A word that a shell takes as it stands. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^@/]*):[^@/]*@/, '//$1:***@');
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
