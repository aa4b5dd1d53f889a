import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export const HELP = `npm run test:feeds -- [options]

Cuts, gaps, repeats, reorders and floods the feed of a market, refuses and spoils its pages, sends hostile frames, stops Redis, and kills the
feed's process with SIGKILL 20 times and more; a real Redis, feed and worker. After each phase Redis must say of every SKU what the source
says, and no price may have been asked for more than a second after the feed could know that its snapshot lacked an event. Exit 1 where that
broke.

  --gaps N     gaps in the stream, in all (default 1000, about 7 minutes)
  --seed N     the same seed gives the same market and the same faults (default: a random one, printed first)
  --skus N     SKUs (default 200)
  --only A     only phases whose name holds this
  --go-on      let prices go on while the feed is behind: to see that this run finds stale ones
`;

/** What the command line says. */
export interface FeedTestOptions {
  readonly gaps: number;
  readonly seed: number;
  readonly skus: number;
  readonly only: string;
  readonly goOn: boolean;
  readonly help: boolean;
}

/** Reads the command line; a sentence for a person when it is wrong. */
export function readOptions(args: readonly string[]): FeedTestOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        gaps: { type: 'string', default: '1000' },
        seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
        skus: { type: 'string', default: '200' },
        only: { type: 'string', default: '' },
        'go-on': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return {
      gaps: whole('gaps', values.gaps),
      seed: whole('seed', values.seed),
      skus: whole('skus', values.skus),
      only: values.only,
      goOn: values['go-on'],
      help: values.help,
    };
  } catch (error) {
    return `${(error as Error).message}\nnpm run test:feeds -- --help tells what there is.`;
  }
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} takes a whole number above 0, not ${text}`);
}
