import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A file of the dashboard, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** All files of the dashboard. */
export interface Dashboard {
  /** Told by the content of all files: the path of each has it, so a browser may keep them for ever. */
  readonly hash: string;
  readonly page: Asset;
  /** By file name, the page not among them. */
  readonly files: ReadonlyMap<string, Asset>;
}

/** Where the files lie under, followed by hash and name. */
export const assetsPath = '/assets';

const folder = path.resolve(import.meta.dirname, '../../public');

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

let loaded: Promise<Dashboard> | undefined;

/** The files of the dashboard, read and compressed when first asked for. */
export function dashboard(): Promise<Dashboard> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Dashboard> {
  const sources = new Map([...own(), ...charts()]);
  const page = withOneSheet(sources.get('index.html')?.toString() ?? '', sources);
  sources.delete('index.html');
  const digest = createHash('sha256').update(page);
  for (const [name, bytes] of sources) digest.update(`\0${name}\0`).update(bytes);
  const hash = digest.digest('hex').slice(0, 16);
  const at = (name: string): string => `${assetsPath}/${hash}/${name}`;
  // Modules import each other: told at once, the browser fetches all of them side by side.
  const modules = [...sources.keys()].filter((name) => name.endsWith('.js') && name !== chartScript);
  const preload = modules.map((name) => `<link rel="modulepreload" href="${at(name)}">`).join('\n');
  const html = page
    .replaceAll(/\b(href|src)="\.\/([^"]+)"/g, (_, attribute, name) => `${attribute}="${at(name)}"`)
    .replace('</head>', `${preload}\n</head>`);
  const files = await Promise.all([...sources].map(async ([name, bytes]) => [name, await asset(name, bytes)] as const));
  return { hash, page: await asset('index.html', Buffer.from(html)), files: new Map(files) };
}

const sheet = /<link rel="stylesheet" href="\.\/([^"]+)">\n?/g;

/** The page with one style sheet in place of its many, which is put among the files. */
function withOneSheet(page: string, sources: Map<string, Buffer>): string {
  const names = [...page.matchAll(sheet)].map(([, name]) => name as string);
  sources.set(sheetName, Buffer.concat(names.flatMap((name) => sources.get(name) ?? [])));
  for (const name of names) sources.delete(name);
  return page.replaceAll(sheet, '').replace('</head>', `<link rel="stylesheet" href="./${sheetName}">\n</head>`);
}

function own(): [name: string, bytes: Buffer][] {
  const names = readdirSync(folder).filter((name) => types[path.extname(name)] !== undefined);
  return names.sort().map((name) => [name, readFileSync(path.join(folder, name))]);
}

const chartScript = 'uplot.js';
const sheetName = 'style.css';

function charts(): [name: string, bytes: Buffer][] {
  const dist = path.join(path.dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
  return [
    [chartScript, readFileSync(path.join(dist, 'uPlot.iife.min.js'))],
    ['uplot.css', readFileSync(path.join(dist, 'uPlot.min.css'))],
  ];
}

async function asset(name: string, plain: Buffer): Promise<Asset> {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const [zipped, br] = await Promise.all([
    promisify(gzip)(plain, { level: 9 }),
    promisify(brotliCompress)(plain, quality),
  ]);
  return { type: types[path.extname(name)] ?? 'application/octet-stream', plain, gzip: zipped, br };
}
