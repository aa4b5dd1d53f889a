import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** What is repriced: a file (absolute path), which may be the sample that nobody asked for by name; or nothing. */
export type CatalogueChoice =
  | { readonly kind: 'file' | 'sample'; readonly file: string }
  | { readonly kind: 'none'; readonly file?: undefined };

/** What `npm start -- …` was asked to do. */
export interface StartOptions {
  readonly help: boolean;
  /** End after the results instead of serving on. */
  readonly exit: boolean;
  readonly catalogue: CatalogueChoice;
  readonly dataDir: string;
  /** All other options; they are those of `reprice submit`, which also judges them. */
  readonly submit: readonly string[];
}

/** Printed by `--help`; the options of submit follow it. */
export const usage = `npm start [-- OPTIONS]

Runs all of Reprice on this machine: Redis, the simulator, the API with Bull Board, a worker, and what the config file
asks for: feeds and sinks. Reprices a catalogue, prints the results and where to look, and goes on serving until Ctrl-C.

  --catalog FILE   reprice FILE (CSV, NDJSON or JSON) instead of the sample catalogue
  --no-catalog     reprice nothing, only run
  --exit           end after the results; status 0 if nothing failed
  --data DIR       keep data, keys and logs in DIR instead of .data
  --help           show this

Where there are sinks the sample is not repriced, since its prices would be delivered to them.
REDIS_URL and GATEWAY_BASE_URL use what runs elsewhere instead of the embedded Redis and the simulator; PORT=0 takes a
free port instead of 8080. Any other option is one of \`reprice submit\`:
`;

/**
 * Reads the command line. Relative paths count from `cwd`.
 *
 * @returns the options, or a sentence that says what is wrong with them
 */
export function readOptions(args: readonly string[], root: string, cwd: string): StartOptions | string {
  const read = { help: false, exit: false };
  let isWithout = false;
  let catalogue: string | undefined;
  let dataDir = path.join(root, '.data');
  const submit: string[] = [];
  const rest = [...args];
  if (rest[0] !== undefined && !rest[0].startsWith('-')) return `To reprice a file: npm start -- --catalog ${rest[0]}`;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name, inline] = split(arg);
    if (arg === '--help' || arg === '-h') read.help = true;
    else if (arg === '--exit') read.exit = true;
    else if (arg === '--no-catalog' || arg === '--no-catalogue') isWithout = true;
    else if (name === '--catalog' || name === '--catalogue' || name === '--data') {
      const value = inline ?? rest.shift();
      if (!value || (inline === undefined && value.startsWith('--')))
        return `${name} needs a ${name === '--data' ? 'directory' : 'file'}.`;
      if (name === '--data') dataDir = path.resolve(cwd, value);
      else catalogue = path.resolve(cwd, value);
    } else if (name === '--url' || name === '--api-key')
      return `npm start sends the catalogue to its own API; elsewhere goes: npx reprice submit FILE ${name} …`;
    else submit.push(arg);
  }
  if (isWithout && catalogue !== undefined) return '--no-catalog contradicts --catalog.';
  const choice = chosen(catalogue, isWithout, root);
  const problem = choice.kind === 'none' && !read.help ? needsCatalogue({ ...read, submit }) : undefined;
  return problem ? `${problem}, and --no-catalog reprices nothing.` : { ...read, catalogue: choice, dataDir, submit };
}

function chosen(file: string | undefined, isWithout: boolean, root: string): CatalogueChoice {
  if (isWithout) return { kind: 'none' };
  return file === undefined
    ? { kind: 'sample', file: path.join(root, 'catalogue', 'sample.csv') }
    : { kind: 'file', file };
}

/** What makes no sense without a catalogue, as the beginning of a sentence; undefined: nothing. */
export function needsCatalogue({ exit, submit }: Pick<StartOptions, 'exit' | 'submit'>): string | undefined {
  if (exit) return '--exit ends after the results of a catalogue';
  return submit.length > 0 ? `${submit[0]} is about the catalogue to be repriced` : undefined;
}

/** Why a catalogue or the data directory cannot be used; undefined if they can. */
export function fileProblem({ catalogue: { file }, dataDir }: Pick<StartOptions, 'catalogue' | 'dataDir'>) {
  if (file !== undefined && !existsSync(file)) return `There is no file ${file}.`;
  if (file !== undefined && statSync(file).isDirectory()) return `${file} is a directory; --catalog takes a file.`;
  if (existsSync(dataDir) && !statSync(dataDir).isDirectory()) return `${dataDir} is a file; --data takes a directory.`;
  return undefined;
}

/** `--name=value` apart; a value may hold `=` itself, as in `--map sku=product_id`. */
function split(arg: string): [name: string, value?: string] {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return at === -1 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)];
}
