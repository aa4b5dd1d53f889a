import type { FeedView } from '@reprice/store';
import { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { readOptionalControl } from '../http/control-body.ts';
import { notFound } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { Problem } from '../problem/problem.ts';
import { feedsSchema, forgottenFeed } from '../schemas/feeds.ts';
import { ageSecondsOf } from '../stats/shown-feeds.ts';

/** The feeds of the market: how they stand, and to let go of one that is no longer run. */
export function feedRoutes({ store }: ApiDeps): Route[] {
  const { feeds } = store;
  return [
    {
      method: 'GET',
      path: '/v1/feeds',
      scope: 'read',
      about: {
        id: 'listFeeds',
        tag: 'observations',
        summary: 'How the feeds of the market stand',
        description:
          'While a feed with `whenBehind: hold` is behind, repricing from observations waits: no price is made from what may be out of date. Batches bring their own data and go on.',
        replies: { 200: { description: 'The feeds, by name.', content: { 'application/json': feedsSchema } } },
      },
      async handle(req, res) {
        readQuery(req, {});
        res.json({ items: (await feeds.list()).map(shownFeed) });
      },
    },
    {
      method: 'DELETE',
      path: '/v1/feeds/:name',
      scope: 'admin',
      about: {
        id: 'forgetFeed',
        tag: 'observations',
        summary: 'Forget a feed that is no longer run',
        description:
          'While nobody runs a feed, repricing from observations waits until it is run again, or forgotten. Its place is forgotten as well: run again, it begins with all SKUs of the market.',
        replies: {
          200: { description: 'It is forgotten.', content: { 'application/json': forgottenFeed } },
          409: { description: 'A process runs it.' },
        },
      },
      async handle(req, res) {
        readQuery(req, {});
        const name = String(req.params.name);
        const known = (await feeds.list()).find((feed) => feed.name === name);
        if (known === undefined) throw notFound('feed');
        await readOptionalControl(req, z.object({}));
        if (known.isRun)
          throw new Problem(
            'conflict',
            `A process runs the feed ${name}: stop it first, or take it out of its config file.`,
          );
        await feeds.forget(name);
        res.json({ name });
      },
    },
  ];
}

function shownFeed(feed: FeedView): z.infer<typeof feedsSchema>['items'][number] {
  const { isRun: _, ageMs: __, ...shown } = feed;
  const lastSeq = feed.cursor?.seq;
  return { ...shown, ageSeconds: ageSecondsOf(feed), ...(lastSeq !== undefined && { lastSeq }) };
}
