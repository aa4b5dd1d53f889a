import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What `npm start -- …` was asked to do. */
export interface StartOptions {
  readonly help: boolean;
  /** End after the results instead of serving on. */
  readonly exit: boolean;
  /** The catalogue to reprice, absolute. */
  readonly catalogue: string;
  readonly dataDir: string;
  /** All other options; they are those of `reprice submit`, which also judges them. */
  readonly submit: readonly string[];
}

/** Printed by `--help`; the options of submit follow it. */
export const usage = `npm start [-- OPTIONS]

Runs all of Reprice on this machine: Redis, the simulator, the API with Bull Board, and a worker. Reprices a
catalogue, prints the results and where to look, and goes on serving until Ctrl-C.

  --catalog FILE   reprice FILE (CSV, NDJSON or JSON) instead of the sample catalogue
  --exit           end after the results; status 0 if nothing failed
  --data DIR       keep data, keys and logs in DIR instead of .data
  --help           show this

REDIS_URL and GATEWAY_BASE_URL use what runs elsewhere instead of the embedded Redis and the simulator; PORT=0 takes a
free port instead of 8080. Any other option is one of \`reprice submit\`:
`;

/**
 * Reads the command line. Relative paths count from `cwd`.
 *
 * @returns the options, or a sentence that says what is wrong with them
 */
export function readOptions(args: readonly string[], root: string, cwd: string): StartOptions | string {
  const read = { help: false, exit: false, catalogue: path.join(root, 'catalogue', 'sample.csv') };
  let dataDir = path.join(root, '.data');
  const submit: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name, inline] = split(arg);
    if (name === '--help' || name === '-h') read.help = true;
    else if (name === '--exit' && inline === undefined) read.exit = true;
    else if (name === '--catalog' || name === '--catalogue' || name === '--data') {
      const value = inline ?? rest.shift();
      if (!value || (inline === undefined && value.startsWith('--')))
        return `${name} needs a ${name === '--data' ? 'directory' : 'file'}.`;
      if (name === '--data') dataDir = path.resolve(cwd, value);
      else read.catalogue = path.resolve(cwd, value);
    } else submit.push(arg);
  }
  return { ...read, dataDir, submit };
}

/** Why a catalogue cannot be read; undefined if it can. */
export function catalogueProblem(file: string): string | undefined {
  if (!existsSync(file)) return `There is no file ${file}.`;
  if (statSync(file).isDirectory()) return `${file} is a directory; --catalog takes a file.`;
  return undefined;
}

/** `--name=value` apart; a value may hold `=` itself, as in `--map sku=product_id`. */
function split(arg: string): [name: string, value?: string] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at === -1 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}
