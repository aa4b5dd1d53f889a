import { z } from 'zod';

/** A feed's url may hold no secret: what stands in a URL ends in logs. */
const urlOf = (schemes: readonly string[]) => {
  const takes = `a ${schemes.map((scheme) => `${scheme}://`).join(' or ')} URL without user, password or query`;
  return z.string(takes).refine((text) => {
    const url = URL.parse(text);
    return url !== null && schemes.includes(url.protocol.slice(0, -1)) && !url.username && !url.password && !url.search;
  }, takes);
};

const number = (least: number, most: number, fallback: number, what: string) => {
  const takes = `${what} from ${least} to ${most}`;
  return z.number(takes).min(least, takes).max(most, takes).default(fallback);
};

const tokenTakes = '1 to 4096 printable ASCII characters without blanks, such as process.env.MARKET_TOKEN';
const nameTakes = 'names of 1 to 40 letters, digits, - and _, the first a letter or digit';

/** A stream of the market, and where what it missed is read. */
export const feedSchema = z.strictObject(
  {
    url: urlOf(['wss', 'ws']).meta({ description: 'The WebSocket stream' }),
    restUrl: urlOf(['https', 'http']).meta({ description: 'Base of /events and /snapshot' }),
    token: z
      .string(tokenTakes)
      .regex(/^[\x21-\x7e]{1,4096}$/, tokenTakes)
      .optional()
      .meta({ description: 'Sent as Authorization: Bearer to both' }),
    source: z
      .string('the name of one of `sources`')
      .min(1, 'the name of one of `sources`')
      .optional()
      .meta({ description: 'How its items are read; without it they are observations' }),
    heartbeatSeconds: number(1, 3600, 15, 'seconds').meta({
      description: 'Longest silence: after that the connection counts as dead and is made anew',
    }),
    maxReconnectSeconds: number(0.1, 60, 60, 'seconds').meta({
      description: 'Longest wait between two attempts to connect',
    }),
    whenBehind: z
      .enum(['hold', 'go-on'], 'hold or go-on')
      .default('hold')
      .meta({ description: 'Whether what observations moved waits while the feed is behind' }),
    holdAfterMs: number(500, 600_000, 2000, 'milliseconds').meta({
      description: 'It waits once what is known of the market is older; take twice the heartbeat of the market or more',
    }),
  },
  'an object of url, restUrl, token, source, heartbeatSeconds, maxReconnectSeconds, whenBehind and holdAfterMs',
);

/** `feeds` of a config file. */
export const feedsSchema = z.record(
  z.string().regex(/^[A-Za-z0-9][\w-]{0,39}$/, nameTakes),
  feedSchema,
  'an object of feeds by name',
);

/** How a feed is set up. */
export type FeedSettings = z.output<typeof feedSchema>;
