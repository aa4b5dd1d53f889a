/** @import { App, Section, Who } from './shapes.d.ts' */
import { asProblem, call } from './api.js';
import { batches } from './batches.js';
import { budget } from './budget.js';
import { canary } from './canary.js';
import { changes } from './changes.js';
import { connection, problemBanner } from './connection.js';
import { doctor } from './doctor.js';
import { failures } from './failures.js';
import { feed } from './feed.js';
import { freezeSwitch } from './freeze.js';
import { gateway } from './gateway.js';
import { guardrails } from './guardrails.js';
import { headline } from './headline.js';
import { held } from './held.js';
import { hour } from './hour.js';
import { marketFeeds } from './market-feeds.js';
import { observations } from './observations.js';
import { pace } from './pace.js';
import { rate } from './rate.js';
import { say } from './say.js';
import { search } from './search.js';
import { sinks } from './sinks.js';
import { skuPanel } from './sku-panel.js';
import { upload } from './upload.js';
import { waiting } from './waiting.js';
import { who } from './who.js';
import { workers } from './workers.js';

/** @type {App['state']} */
const state = {
  connection: 'connecting',
  silentSince: 0,
  problem: null,
  stats: null,
  series: null,
  batches: [],
  held: null,
  freeze: null,
  limits: null,
  gatewayFault: null,
  canary: null,
  parity: null,
  feeds: [],
  sinks: [],
};

/** @type {Section[]} */
let sections = [connection(), problemBanner()];
let isDrawing = false;
let hasFigures = false;

function changed() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    for (const draw of sections) draw(state);
    if (state.stats && !hasFigures) performance.mark('figures');
    hasFigures ||= state.stats !== null;
  });
}

/** Whose login this is; asked until somebody answers. */
async function whoAmI() {
  for (;;) {
    try {
      return /** @type {Who} */ (await call('/v1/whoami'));
    } catch (error) {
      state.problem = asProblem(error);
      state.connection = state.problem.status === 401 ? 'logged-out' : 'reconnecting';
      changed();
      if (state.problem.status === 401) return new Promise(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

async function start() {
  const me = await whoAmI();
  /** @type {App} */
  const app = {
    who: me,
    canWrite: me.scope !== 'read',
    canAdmin: me.scope === 'admin',
    state,
    changed,
    refresh: () => news.refresh(),
    say,
  };
  const news = feed(app);
  who(app);
  search(app);
  skuPanel(app);
  doctor(app);
  sections = [
    ...sections,
    headline(),
    pace(),
    budget(app),
    rate(),
    gateway(),
    hour(),
    waiting(),
    failures(app),
    batches(app),
    changes(app),
    canary(app),
    held(app),
    sinks(app),
    marketFeeds(app),
    observations(),
    workers(),
    guardrails(),
    freezeSwitch(app),
    upload(app),
  ];
  changed();
  news.start();
  performance.mark('interactive');
}

start().catch((error) => {
  const problem = asProblem(error);
  state.problem = { ...problem, detail: `${problem.detail} Reload the page; if it comes back, tell the developers.` };
  changed();
  throw error;
});
