import type { Caller } from '../auth/keys.ts';
import { readQuery } from '../http/query.ts';
import type { Route } from '../http/route.ts';
import { whoAmI } from '../schemas/who-am-i.ts';
import { assetsPath } from './assets.ts';
import { sendAsset } from './send.ts';

/** What the dashboard is made of, and whose login shows it. */
export function dashboardRoutes(): Route[] {
  return [
    { method: 'GET', path: `${assetsPath}/:hash/:name`, scope: 'read', handle: sendAsset },
    {
      method: 'GET',
      path: '/v1/whoami',
      scope: 'read',
      about: {
        id: 'whoAmI',
        tag: 'service',
        summary: 'Which key this is, and what it allows',
        replies: { 200: { description: 'The key.', content: { 'application/json': whoAmI } } },
      },
      handle(req, res) {
        readQuery(req, {});
        const { name, scope } = res.locals.caller as Caller;
        res.setHeader('cache-control', 'no-store');
        res.json({ name, scope });
      },
    },
  ];
}
