import path from 'node:path';
import { parseArgs } from 'node:util';
import { scenarios } from './catalogue.ts';

export const HELP = `npm run test:faults -- [options]

Kills, freezes, cuts and starves a running system of real processes (workers, API, Redis, gateway simulator, a TCP proxy on every line between
them), while clients submit batches over HTTP, and holds three books against each other five times a second: what the clients were told,
what the gateway billed and saw, and what Redis says. Prints a table of checks; exit 1 if an invariant broke, with the first sample that
broke it.

Without --only and --all: the storm (workers killed and frozen, Redis killed, all the time; in 10 minutes more than 200 kills, 50 freezes and 20
restarts of Redis) and the tour (most other faults, one after the other), about 18 minutes in all.

  --minutes N     length of the storm (default 10); single scenarios are longer or shorter in proportion
  --seed N        the same seed gives the same schedule of faults (default: a random one, printed first)
  --only A,B      only these scenarios, each by itself, e.g. F1,F5 or storm
  --all           every scenario by itself, the storm and the tour too: more than an hour
  --workers N     worker processes (default 8)
  --list          the scenarios, and the faults that cannot be injected here with the reason
  --out FILE      where the figures go as JSON (default faults/results/latest.json)
`;

/** What the command line says. */
export interface Options {
  readonly minutes: number;
  readonly seed: number | undefined;
  readonly only: readonly string[];
  readonly workers: number;
  readonly all: boolean;
  readonly list: boolean;
  readonly help: boolean;
  readonly out: string;
}

/** Reads the command line; a sentence for a person when it is wrong. */
export function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string' },
        only: { type: 'string', default: '' },
        workers: { type: 'string', default: '8' },
        all: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        out: { type: 'string', default: path.join(import.meta.dirname, 'results', 'latest.json') },
        help: { type: 'boolean', default: false },
      },
    });
    const only = values.only.split(',').filter(Boolean);
    const unknown = only.filter((id) => !scenarios.some((scenario) => scenario.id === id));
    if (unknown.length > 0)
      return `--only: there is no ${unknown.join(', ')}; there are ${scenarios.map(({ id }) => id).join(', ')}`;
    return {
      minutes: above0('minutes', values.minutes),
      seed: values.seed === undefined ? undefined : whole('seed', values.seed),
      only,
      workers: whole('workers', values.workers),
      all: values.all,
      list: values.list,
      help: values.help,
      out: values.out,
    };
  } catch (error) {
    return `${(error as Error).message}\nnpm run test:faults -- --help tells what there is.`;
  }
}

function above0(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`--${name} takes a number above 0, not ${text}`);
}

function whole(name: string, text: string): number {
  if (Number.isInteger(above0(name, text))) return Number(text);
  throw new RangeError(`--${name} takes a whole number above 0, not ${text}`);
}
