import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Manifest, manifest, packageOf, type SourceFile, sourceFiles } from './source-files.ts';

const files = sourceFiles();
const inWorkspaces = files.filter((file) => file.workspace.includes('/'));
const manifests = new Map<string, Manifest>(
  [...new Set(inWorkspaces.map((file) => file.workspace))].map((workspace) => [workspace, manifest(workspace)]),
);
const workspaceOf = new Map([...manifests].map(([workspace, { name }]) => [name, workspace]));

/** apps → queue, gateway, store → pricing → nothing; config, telemetry and process serve the apps alone. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/pricing': [],
  'packages/gateway': ['packages/pricing'],
  'packages/store': ['packages/pricing'],
  'packages/queue': ['packages/pricing'],
  'packages/sources': ['packages/pricing'],
  'packages/config': ['packages/pricing', 'packages/gateway', 'packages/sources'],
  'packages/telemetry': [],
  'packages/process': ['packages/config', 'packages/telemetry', 'packages/store'],
  'packages/embedded-redis': [],
  'packages/testkit': ['packages/embedded-redis'],
};
const forApps = ['pricing', 'sources', 'gateway', 'store', 'queue', 'config', 'telemetry', 'process'].map(
  (name) => `packages/${name}`,
);

/** What tests may import without declaring it: the test tools at the root. */
const testTools = new Set(['@reprice/testkit', ...Object.keys(manifest('.').devDependencies ?? {})]);

/** Every offence as `file: what`, so that a failure names them all. */
function offences(of: readonly SourceFile[], judge: (file: SourceFile) => readonly string[]): string[] {
  return of.flatMap((file) => judge(file).map((what) => `${file.path}: ${what}`));
}

function packagesIn(file: SourceFile): string[] {
  return file.imports.flatMap((specifier) => packageOf(specifier) ?? []);
}

describe('imports', () => {
  test('are found by the scan', () => {
    const self = files.find((file) => file.path === 'scripts/architecture.test.ts');
    expect(self?.imports).toEqual(['node:module', 'node:path', 'vitest', './source-files.ts']);
    expect(manifests.size).toBe(16);
  });

  test('run one way: apps → queue, gateway, store → pricing → nothing', () => {
    const wrong = offences(inWorkspaces, (file) => {
      const allowed = [file.workspace, ...(mayImport[file.workspace] ?? forApps)];
      if (file.isTest) allowed.push('packages/testkit');
      return packagesIn(file)
        .map((name) => workspaceOf.get(name))
        .filter((target) => target !== undefined && !allowed.includes(target))
        .map((target) => `imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('name only what the own package.json declares', () => {
    const undeclared = offences(inWorkspaces, (file) => {
      const { name, dependencies, devDependencies } = manifests.get(file.workspace) as Manifest;
      const declared = new Set([name, ...Object.keys(dependencies ?? {}), ...Object.keys(devDependencies ?? {})]);
      return packagesIn(file).filter(
        (imported) => !declared.has(imported) && !(file.isTest && testTools.has(imported)),
      );
    });
    expect(undeclared).toEqual([]);
  });

  test('reach into another workspace only by what it exports', () => {
    const deep = offences(files, (file) =>
      file.imports.filter((specifier) => {
        const target = workspaceOf.get(packageOf(specifier) ?? '');
        if (target) {
          const entry = `.${specifier.slice((packageOf(specifier) as string).length)}`;
          return !Object.hasOwn(manifests.get(target)?.exports ?? {}, entry);
        }
        // The command starts itself anew under the carried Node, if it was called by an older one.
        if (file.path === 'apps/cli/bin/reprice.mjs' && specifier === '../../../scripts/bootstrap.mjs') return false;
        const resolved = path.posix.join(path.posix.dirname(file.path), specifier);
        return specifier.startsWith('.') && file.workspace.includes('/') && !resolved.startsWith(`${file.workspace}/`);
      }),
    );
    expect(deep).toEqual([]);
  });

  test('of bullmq stand only in packages/queue and apps/worker, of undici only in packages/gateway and where feeds and sinks connect', () => {
    const homes: Readonly<Record<string, readonly string[]>> = {
      bullmq: ['packages/queue', 'apps/worker'],
      undici: ['packages/gateway', 'apps/feed', 'apps/sinks'],
    };
    const strays = offences(
      inWorkspaces.filter((file) => !file.isTest),
      (file) => packagesIn(file).filter((name) => homes[name] && !homes[name].includes(file.workspace)),
    );
    expect(strays).toEqual([]);
  });

  test("of Node's modules carry the node: prefix", () => {
    expect(offences(files, (file) => packagesIn(file).filter((name) => builtinModules.includes(name)))).toEqual([]);
  });
});

describe('packages/pricing', () => {
  const pure = files.filter((file) => file.workspace === 'packages/pricing' && !file.isTest);

  test('does no I/O', () => {
    const harmless = ['node:assert', 'node:crypto', 'node:buffer', 'node:util'];
    const nodeModules = (file: SourceFile) =>
      file.imports.filter((specifier) => specifier.startsWith('node:') && !harmless.includes(specifier));
    expect(offences(pure, nodeModules)).toEqual([]);
    expect(offences(pure, (file) => file.code.match(/\bfetch\(|\bprocess\.|\bconsole\./g) ?? [])).toEqual([]);
  });

  test('takes clock and chance from its caller', () => {
    const sources = /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(|\brandomUUID\(/g;
    expect(offences(pure, (file) => file.code.match(sources) ?? [])).toEqual([]);
  });
});

describe('the environment', () => {
  test('is read by packages/config alone (beside scripts, benchmarks, tests and what serves tests)', () => {
    const readers = ['packages/config', 'packages/testkit', 'packages/embedded-redis'];
    const others = inWorkspaces.filter((file) => !file.isTest && !readers.includes(file.workspace));
    const reads = offences(others, (file) => {
      const main = /^apps\/[^/]+\/(src\/main\.ts|bin\/)/.test(file.path);
      // A main may hand `process.env` on as a whole, but not look into it.
      const pattern = main ? /\bprocess\.env\s*[.[]|=\s*process\.env\b/g : /\bprocess\.env\b/g;
      return [...(file.code.match(pattern) ?? []), ...(file.imports.includes('node:process') ? ['node:process'] : [])];
    });
    expect(reads).toEqual([]);
  });
});

describe('files', () => {
  test('have at most 500 lines', () => {
    expect(offences(files, (file) => (file.lines > 500 ? [`${file.lines} lines`] : []))).toEqual([]);
    const long = offences(files, (file) => (file.lines > 300 ? [`${file.lines} lines`] : []));
    if (long.length > 0) console.warn(`Over 300 lines, which needs a reason:\n  ${long.join('\n  ')}`);
  });

  test('are kebab-case nouns that say what they own', () => {
    const banned = new Set(['util', 'utils', 'common', 'helper', 'helpers', 'lib', 'misc', 'manager', 'shared']);
    const named = offences(files, (file) => {
      const parts = file.path.split('/').slice(1);
      const odd = parts.filter((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part));
      return [...odd, ...parts.flatMap((part) => part.split(/[.-]/)).filter((word) => banned.has(word))];
    });
    expect(named).toEqual([]);
  });
});
