import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { type Express, Router } from 'express';
import { requireScope } from '../auth/authenticate.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import { problemOf } from '../problem/respond.ts';
import { boardData, boardLink, boardReturned } from './board-words.ts';
import { sendLogin } from './login.ts';

/** Where Bull Board lives. */
export const boardPath = '/admin/queues';

// Bull Board brings its own inline styles; its fonts from elsewhere stay blocked, and it falls back to those of the system.
const boardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const accent = { light: '#5151cd', dark: '#8f8ff5' };

const uiConfig = {
  boardTitle: 'Reprice',
  // Each poll would list all clients of Redis.
  showWorkers: false,
  hideRedisDetails: true,
  hideDocsLink: true,
  miscLinks: [
    { text: 'Dashboard', url: '/' },
    { text: 'Failed: why, and replay', url: '/#failures-title' },
    { text: 'Log out', url: '/logout' },
  ],
  theme: {
    light: { primary: accent.light, ring: accent.light, 'primary-foreground': '#ffffff' },
    dark: { primary: accent.dark, ring: accent.dark, 'primary-foreground': '#0e0f11' },
  },
};

/** Bull Board behind the login, to look at only: whatever is not a GET is refused before it gets there. */
export function boardRouter(deps: ApiDeps): Router {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(boardPath);
  const queue = new BullMQAdapter(deps.queue.bull, {
    readOnlyMode: true,
    allowRetries: false,
    description: 'To look at only. Replay from the dashboard: it keeps priority and budget.',
    externalJobUrl: ({ data }) => boardLink(data),
  });
  queue.setFormatter('data', boardData);
  queue.setFormatter('returnValue', boardReturned);
  createBullBoard({ queues: [queue], serverAdapter: adapter, options: { uiConfig } });
  // Its own handler would send the text of any error.
  adapter.setErrorHandler((error) => {
    const problem = problemOf(error);
    if (problem.status >= 500) deps.logger.error({ err: problem.cause ?? problem }, 'Bull Board failed');
    return { status: problem.status as 500, body: problem.toBody(undefined) };
  });

  const router = Router();
  router.use((_req, res, next) => {
    res.setHeader('content-security-policy', boardPolicy);
    next();
  });
  router.use(requireScope(deps.keys, 'read', deps.clock, sendLogin));
  router.use((req, _res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD') next();
    else next(new Problem('method-not-allowed', 'The board is to look at only.', { headers: { allow: 'GET, HEAD' } }));
  });
  const board = adapter.getRouter() as Express;
  board.disable('x-powered-by');
  router.use(board);
  return router;
}
