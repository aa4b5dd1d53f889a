import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the checkout. */
export const root = path.resolve(import.meta.dirname, '..');

/** A source file of the checkout. */
export interface SourceFile {
  /** From the root, with `/`: `packages/store/src/keys.ts`. */
  readonly path: string;
  /** `packages/store`, or the first folder for what belongs to no workspace: `scripts`, `bench`. */
  readonly workspace: string;
  /** Test code: it may import test tools and read the environment. */
  readonly isTest: boolean;
  readonly lines: number;
  /** Its text without comments. */
  readonly code: string;
  /** What it imports, as written. */
  readonly imports: readonly string[];
}

/** A workspace's own package.json, as far as the rules look at it. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const sources = /\.(ts|mts|mjs|js|lua|css|html)$/;
const skipped = new Set(['node_modules', '.turbo', 'dist', 'coverage', 'results']);

/** All source files of ours: workspaces, scripts and benchmarks. */
export function sourceFiles(): SourceFile[] {
  return ['apps', 'packages', 'scripts', 'bench', 'faults', 'security', 'e2e']
    .flatMap((top) => walk(top))
    .map(describeFile);
}

/** The package.json of a workspace, or of the root by `.`. */
export function manifest(workspace: string): Manifest {
  return JSON.parse(readFileSync(path.join(root, workspace, 'package.json'), 'utf8')) as Manifest;
}

function walk(dir: string): string[] {
  if (!existsSync(path.join(root, dir))) return [];
  return readdirSync(path.join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const at = `${dir}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(at);
    return sources.test(entry.name) ? [at] : [];
  });
}

function describeFile(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), 'utf8');
  const [top, name] = file.split('/');
  const code = file.endsWith('.lua') ? text : withoutComments(text);
  return {
    path: file,
    workspace: top === 'apps' || top === 'packages' ? `${top}/${name}` : (top as string),
    isTest: /\.test\.|\.fixture\./.test(file) || file.split('/')[2] === 'test',
    lines: text.split('\n').length - 1,
    code,
    imports: /\.(ts|mts|mjs|js)$/.test(file) ? importsOf(code) : [],
  };
}

/** Good enough for finding imports and names: a comment sign within a string cuts the rest of its line at worst. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

const statement = /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?\s*['"]([^'"\n]+)['"]/gm;
const call = /\bimport\(\s*['"]([^'"\n]+)['"]/g;

function importsOf(code: string): string[] {
  return [statement, call].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] as string));
}

/** The package that an import names: `@reprice/store`, `zod`; undefined for files and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
