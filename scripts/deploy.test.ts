import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@reprice/config';
import { faultsOfMetric, type Metric, readExposition, spawnApp, startRedis } from '@reprice/testkit';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readExpression } from './promql.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const secret = 'deploy-secret-1';
/** What Prometheus adds by itself. */
const addedLabels = ['job', 'instance', 'alertname', 'alertstate'];

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}
const { groups } = parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(read('deploy/grafana/reprice.json')) as {
  panels: Panel[];
  annotations: { list: { expr: string }[] };
};
const graphs = dashboard.panels.filter((panel) => panel.type !== 'row');

/** All that can be asked for, by where it stands. */
const expressions: [string, string][] = [
  ...rules.map((rule): [string, string] => [`alert ${rule.alert}`, rule.expr]),
  ...graphs.flatMap((panel) => panel.targets?.map((t): [string, string] => [`panel ${panel.title}`, t.expr]) ?? []),
  ...dashboard.annotations.list.map((one): [string, string] => ['annotation', one.expr]),
];

let scraped: Map<string, Metric>;
beforeAll(async () => {
  const redis = await startRedis({});
  const key = 'deploy-gateway-key-1';
  const simulator = await spawnApp('simulator', { SIMULATOR_PORT: '0', GATEWAY_API_KEYS: key });
  const env = { REDIS_URL: redis.url, GATEWAY_BASE_URL: simulator.url, GATEWAY_API_KEYS: key, RATE_LIMIT_RPM: '0' };
  const market = new URL('/market', simulator.url).href;
  const feeds = { market: { url: `${market.replace('http', 'ws')}/stream`, restUrl: market, token: key } };
  const dir = mkdtempSync(path.join(tmpdir(), 'reprice-deploy-'));
  const file = path.join(dir, 'reprice.config.mjs');
  const sinks = { files: { kind: 'ndjson', file: path.join(dir, 'prices.ndjson') } };
  writeFileSync(file, `export default ${JSON.stringify({ feeds, sinks })};`);
  const feed = await spawnApp('feed', { ...env, METRICS_PORT: '0', REPRICE_CONFIG: file });
  const [api, worker, delivery] = await Promise.all([
    spawnApp('api', { ...env, PORT: '0', API_KEYS: `ops:admin:${secret}` }),
    spawnApp('worker', { ...env, METRICS_PORT: '0' }),
    spawnApp('sinks', { ...env, METRICS_PORT: '0', REPRICE_CONFIG: file }),
  ]);
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'text/csv' };
  // One that is clamped, one that no price can satisfy, one that is refused at the door.
  const body =
    'sku,price,currency,floor,ceiling\nA,10.00,EUR,10.40,10.45\nB,10.00,EUR,900.00,901.00\nC,-1,EUR,,\nD,10.00,EUR,,\n';
  const posted = await fetch(`${api.url}/v1/batches`, { method: 'POST', headers, body });
  const { id } = (await posted.json()) as { id: string };
  const batch = async (): Promise<unknown> =>
    (await fetch(`${api.url}/v1/batches/${id}`, { headers: { authorization: headers.authorization } })).json();
  const isDone = async (): Promise<void> =>
    expect(await batch()).toMatchObject({ status: 'done', priced: 2, failed: 1 });
  await vi.waitFor(isDone, { timeout: 30_000 });
  const scrape = async (url: string): Promise<Map<string, Metric>> =>
    readExposition(await (await fetch(url, { headers: { authorization: headers.authorization } })).text());
  const both = async (): Promise<Map<string, Metric>> => {
    const metrics = new Map(await scrape(feed.url));
    for (const url of [worker.url, delivery.url, `${api.url}/metrics`])
      for (const [name, metric] of await scrape(url)) metrics.set(name, metric);
    return metrics;
  };
  // What the API tells of the others is a second old at most.
  const isTold = async (): Promise<void> => {
    scraped = await both();
    expect(scraped.get('reprice_last_price_timestamp_seconds')?.samples).toHaveLength(1);
    expect(scraped.get('reprice_feed_age_seconds')?.samples).toHaveLength(1);
    expect(scraped.get('reprice_sink_attempt_seconds')?.samples.length).toBeGreaterThan(1);
    expect(scraped.get('reprice_sink_p99_seconds')?.samples).toHaveLength(1);
    expect(scraped.get('reprice_feed_state')?.samples).toHaveLength(4);
  };
  await vi.waitFor(isTold, { timeout: 30_000 });
});

describe('dashboard and alerts', () => {
  test('are many, each alert with a severity, a summary and what to do', () => {
    expect(graphs.length).toBeGreaterThan(30);
    expect(rules.length).toBeGreaterThan(20);
    expect(new Set(rules.map((rule) => rule.alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(labels.severity, alert).toMatch(/^(page|ticket)$/);
      expect(annotations.summary.length, alert).toBeGreaterThan(20);
      expect(annotations.action.length, alert).toBeGreaterThan(20);
    }
  });

  test('ask only for metrics and labels that a scrape has', () => {
    const known = (metric: string): Metric | undefined =>
      scraped.get(metric) ?? scraped.get(metric.replace(/_(bucket|sum|count)$/, ''));
    const labelsOf = (metric: string): string[] => [
      ...addedLabels,
      ...(known(metric)?.samples.flatMap((sample) => Object.keys(sample.labels)) ?? []),
    ];
    const faults = expressions.flatMap(([where, text]) => {
      const { selectors, groupedBy } = readExpression(text);
      const ofOthers = (metric: string): boolean => metric === 'up' || metric === 'ALERTS';
      return [
        ...(selectors.length === 0 ? [`${where}: no metric`] : []),
        ...selectors.flatMap(({ metric }) => (ofOthers(metric) || known(metric) ? [] : [`${where}: ${metric}`])),
        ...selectors.flatMap(({ metric, labels }) =>
          labels.filter((label) => !labelsOf(metric).includes(label)).map((label) => `${where}: ${metric}{${label}}`),
        ),
        ...groupedBy
          .filter((label) => !selectors.some(({ metric }) => labelsOf(metric).includes(label)))
          .map((label) => `${where}: by (${label})`),
      ];
    });
    expect(faults).toEqual([]);
  });

  test('miss none of our metrics', () => {
    const asked = new Set(
      expressions.flatMap(([, text]) => readExpression(text).selectors.map(({ metric }) => metric)),
    );
    const shown = (name: string): boolean => ['', '_bucket', '_sum', '_count'].some((part) => asked.has(name + part));
    const ours = [...scraped.keys()].filter((name) => name.startsWith('reprice_'));
    expect(ours.filter((name) => !shown(name))).toEqual([]);
  });

  test('stand on metrics that promtool would let pass', () => {
    const ours = [...scraped].filter(([name]) => name.startsWith('reprice_'));
    expect(ours.flatMap(([name, metric]) => faultsOfMetric(name, metric))).toEqual([]);
  });

  test('a wrong expression is found', () => {
    expect(() => readExpression('sum(rate(reprice_calls_total[5m])')).toThrow(SyntaxError);
  });

  test('tell people to use commands that there are', () => {
    const help = execFileSync(process.execPath, ['apps/cli/bin/reprice.mjs', '--help'], { cwd: root }).toString();
    const named = [...read('deploy/prometheus/alerts.yml').matchAll(/`reprice ([a-z]+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(help).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  });
});

describe('docker-compose.yml', () => {
  interface Service {
    readonly image?: string;
    readonly profiles?: string[];
    readonly environment?: Record<string, unknown>;
    readonly volumes?: string[];
    readonly stop_grace_period?: string;
  }
  const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };

  test('brings Prometheus and Grafana with the profile metrics alone', () => {
    const ofProfile = Object.entries(compose.services).filter(([, { profiles }]) => profiles?.includes('metrics'));
    expect(ofProfile.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
    const mounted = ofProfile.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('./'));
    for (const volume of mounted) expect(existsSync(path.join(root, volume.split(':')[0] ?? '')), volume).toBe(true);
  });

  test('gives all processes one config file, and one that says nothing where none is named', () => {
    const ours = Object.values(compose.services).filter(({ image }) => image === 'reprice');
    expect(ours).toHaveLength(5);
    for (const { volumes } of ours)
      expect(volumes).toEqual([`\${REPRICE_CONFIG_FILE:-./deploy/no-config.ts}:/app/reprice.config.ts:ro`]);
    const env = { REPRICE_CONFIG: path.join(root, 'deploy/no-config.ts') };
    expect(loadConfig(env, { process: 'simulator' }).warnings).toEqual([]);
  });

  test('gives each process longer to end than it takes at most; Docker gives 10 s of itself', () => {
    const takesSeconds = { api: 30, worker: 30, sinks: 11 };
    for (const [name, seconds] of Object.entries(takesSeconds))
      expect(Number.parseInt(compose.services[name]?.stop_grace_period ?? '10s', 10), name).toBeGreaterThan(seconds);
  });

  test('and workers that Prometheus finds where they listen', () => {
    const { METRICS_PORT, HOST } = compose.services.worker?.environment ?? {};
    expect({ METRICS_PORT, HOST }).toEqual({ METRICS_PORT: 9464, HOST: '0.0.0.0' });
    const config = parse(read('deploy/prometheus/prometheus.yml')) as { scrape_configs: unknown[] };
    expect(JSON.stringify(config.scrape_configs)).toContain('"names":["worker"],"type":"A","port":9464');
  });

  test.each([
    'deploy/grafana/provisioning/datasources/prometheus.yml',
    'deploy/grafana/provisioning/dashboards/reprice.yml',
    'deploy/prometheus/prometheus.yml',
    'deploy/prometheus/alerts.test.yml',
    'docker-compose.yml',
  ])('%s is YAML without a fault', (file) => {
    expect(
      parseAllDocuments(read(file), { merge: true }).flatMap(({ errors, warnings }) => [...errors, ...warnings]),
    ).toEqual([]);
  });
});
