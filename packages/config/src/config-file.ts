import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { shown } from './masking.ts';
import { defaultSections } from './sections.ts';
import { readUserConfig, type UserConfigResult } from './user-config.ts';

/** The file that is read when `REPRICE_CONFIG` is unset, if it is there. */
export const defaultConfigFile = 'reprice.config.ts';

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') return 'it uses await at its top level';
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split('\n')[0] ?? message;
  // A file outside the checkout does not find its packages.
  if (code === 'ERR_MODULE_NOT_FOUND' && first.includes("'@reprice/config'"))
    return `${first}: keep the file inside the checkout of Reprice, or export the plain object without defineConfig`;
  return first;
}

/**
 * Loads the config file: `given` (relative to `cwd`), or `reprice.config.ts` of `cwd` if it is there. Node strips its types. It is
 * loaded synchronously, so it cannot await at its top level. A file that is missing or throws is a fault, not an exception.
 */
export function loadConfigFile(given: string | undefined, cwd: string): UserConfigResult {
  const file = path.resolve(cwd, given ?? defaultConfigFile);
  const isThere = existsSync(file) && statSync(file).isFile();
  if (!isThere && given === undefined)
    return { ok: true, strategies: {}, models: {}, modelOptions: {}, modelNames: {}, sections: defaultSections };
  const shownName = given ?? defaultConfigFile;
  const takes = 'the path of a file that exports defineConfig({…}) as default';
  const fault = (got: string): UserConfigResult => ({ ok: false, faults: [{ name: 'REPRICE_CONFIG', got, takes }] });
  if (!isThere) return fault(`${shown(shownName)}, which is not a file`);
  try {
    const loaded: unknown = createRequire(import.meta.url)(file);
    const exported: unknown =
      typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'default') : undefined;
    if (exported === undefined) return fault(`${shown(shownName)}, which has no default export`);
    return readUserConfig(path.basename(shownName), exported, statSync(file).mtime.toISOString().slice(0, 10));
  } catch (error) {
    return fault(`${shown(shownName)}, which cannot be loaded (${reasonOf(error)})`);
  }
}
