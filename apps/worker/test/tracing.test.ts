import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { endAfterTestFile } from '@reprice/testkit';
import { expect, it } from 'vitest';
import { catalogue, Pool } from './pool.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** A collector: keeps what it gets by OTLP over HTTP. */
class Collector {
  readonly bodies: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(): Promise<Collector> {
    const server = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req.setEncoding('utf8')) body += chunk;
      if (req.method === 'POST' && req.url === '/v1/traces') collector.bodies.push(body);
      collector.headers.push(req.headers);
      res.setHeader('content-type', 'application/json').end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endAfterTestFile(async () => void server.close());
    const collector = new Collector(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return collector;
  }

  spans(name: string): Span[] {
    const all = this.bodies.flatMap((body) => (JSON.parse(body) as Export).resourceSpans);
    return all.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).filter((s) => s.name === name);
  }
}

const value = (span: Span | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((attribute) => attribute.key === key)?.value ?? {})[0];

it('tells of the intake of a batch, and of each pack with its steps, linked to it; no secret is in it', async () => {
  const collector = await Collector.start();
  const secrets = { gateway: 'sk-simulator-0123456789', collector: 'collector-marker-1', api: 'secret-of-the-test' };
  const pool = await Pool.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${secrets.collector}`,
  });
  const worker = await pool.worker();
  const { process: api, post } = await pool.api();
  const items = catalogue(30).map(({ sku }) => ({
    sku,
    price: '9.99',
    currency: 'EUR',
    title: 'marker-of-a-merchant',
  }));
  const { id } = (await (await post('/v1/batches', { items })).json()) as { id: string };
  await pool.watch(id);
  await expect.poll(() => collector.spans('pack').length).toBe(2);
  await expect.poll(() => collector.spans('batch intake').length).toBe(1);

  const [intake] = collector.spans('batch intake');
  expect(value(intake, 'reprice.batch_id')).toBe(id);
  expect(value(intake, 'reprice.rows')).toBe(30);
  for (const pack of collector.spans('pack')) {
    expect(pack.links).toMatchObject([{ traceId: intake?.traceId, spanId: intake?.spanId }]);
    expect(value(pack, 'reprice.batch_id')).toBe(id);
    expect(value(pack, 'reprice.verdict')).toBe('done');
    for (const name of ['load', 'admit', 'gateway', 'publish']) {
      const steps = collector.spans(name).filter((step) => step.parentSpanId === pack.spanId);
      expect(steps, name).toHaveLength(1);
      expect(steps[0]?.traceId).toBe(pack.traceId);
    }
  }
  const [call] = collector.spans('gateway');
  expect(value(call, 'reprice.outcome')).toBe('complete');
  expect(Number(value(call, 'gen_ai.usage.output_tokens'))).toBeGreaterThan(0);

  expect(collector.headers[0]?.['x-collector-key']).toBe(secrets.collector);
  const told = [...collector.bodies, worker.output(), api.output()].join('\n');
  for (const secret of [...Object.values(secrets), 'marker-of-a-merchant']) expect(told).not.toContain(secret);
});

it('a collector that is away harms nothing, and is told of once', async () => {
  const pool = await Pool.start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const worker = await pool.worker();
  expect(await pool.watch(await pool.submit(catalogue(50)))).toMatchObject({ priced: 50 });
  await worker.logged((line) => line.msg === 'traces could not be sent');
  expect((await worker.kill()).code).toBe(0);
});

it('loads nothing of OpenTelemetry while nobody wants traces', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprice-coverage-'));
  try {
    const pool = await Pool.start({ NODE_V8_COVERAGE: folder });
    const worker = await pool.worker();
    expect((await worker.kill()).code).toBe(0);
    const loaded = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8'));
    expect(loaded.join()).toContain('apps/worker/src/worker.ts');
    expect(loaded.join()).not.toMatch(/otlp-tracing\.ts|opentelemetry\/(sdk-trace|exporter)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
