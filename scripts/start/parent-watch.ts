import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Options for Node by which a child with an IPC channel ends at once when we are gone, even by SIGKILL. An app would
 * finish its work first; but then its Redis is gone as well.
 */
export function endWithParent(root: string): string[] {
  return ['--import', pathToFileURL(path.join(root, 'scripts', 'start', 'end-with-parent.mjs')).href];
}
