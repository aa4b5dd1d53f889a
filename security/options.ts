import { parseArgs } from 'node:util';

export const HELP = `npm run test:security -- [options]

Attacks a running system of real processes (API, worker, Redis, gateway simulator): hostile inputs as a table, with the health, the memory
and the next request looked at after each; 208 product titles that try to talk the model into something; gateways that answer everything
but prices; and one check for each line of the security checklist. Exit 1 if anything did not hold.

  --fuzz N       instead: N random and mutated requests against all routes, with keys of all scopes
  --seed N       of the fuzzing; printed when not given, the same seed gives the same requests
  --only A,B     families, "checks", or ids of checks, e.g. CSV or S3
  --quick        without what takes seconds (slow sockets, idle connections, pipelines)
  --list         families and checks
  --help

Examples
  npm run test:security
  npm run test:security -- --only S1,S12
  npm run test:security -- --fuzz 100000 --seed 7
`;

export interface Options {
  readonly fuzz: number | undefined;
  readonly seed: number | undefined;
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** Reads the command line; a sentence for a person when it is wrong. */
export function readOptions(args: readonly string[], known: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        fuzz: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', default: '' },
        quick: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const only = values.only.split(',').filter(Boolean);
    const unknown = only.filter((name) => !known.includes(name));
    if (unknown.length > 0) return `--only: there is no ${unknown.join(', ')}; there are ${known.join(', ')}`;
    return {
      ...values,
      only,
      fuzz: values.fuzz === undefined ? undefined : whole('fuzz', values.fuzz),
      seed: values.seed === undefined ? undefined : whole('seed', values.seed),
    };
  } catch (error) {
    return `${(error as Error).message}\nnpm run test:security -- --help tells what there is.`;
  }
}

function whole(name: string, text: string): number {
  if (Number.isSafeInteger(Number(text)) && Number(text) > 0) return Number(text);
  throw new RangeError(`--${name} takes a whole number above 0, not ${text}`);
}
