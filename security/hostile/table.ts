import type { Stand } from '../stand.ts';
import { accessFamilies } from './access.ts';
import { canaryFamilies } from './canary.ts';
import { controlFamilies } from './control-calls.ts';
import { crowdVerdicts } from './crowds.ts';
import { environmentVerdicts } from './environments.ts';
import { feedVerdicts } from './feeds.ts';
import { framingFamilies } from './framing.ts';
import { gatewayVerdicts } from './gateways.ts';
import type { Family } from './hostile-case.ts';
import { jsonBodies } from './json-bodies.ts';
import { observationFamilies } from './observations.ts';
import type { Verdict } from './prove.ts';
import { repeatFamilies } from './repeated-requests.ts';
import { snapshots } from './snapshots.ts';
import { sourceFamilies } from './sources.ts';
import { titleVerdicts } from './titles.ts';
import { uploads } from './uploads.ts';
import { webhookFamilies } from './webhook-urls.ts';
import { webhookVerdicts } from './webhooks.ts';

/** The table of hostile requests, by family. */
export const families: readonly Family[] = [
  ...jsonBodies,
  ...snapshots,
  ...framingFamilies,
  ...accessFamilies,
  ...controlFamilies,
  ...repeatFamilies,
  ...uploads,
  ...observationFamilies,
  ...canaryFamilies,
  ...webhookFamilies,
  ...sourceFamilies,
];

/** What takes more than one request, or processes of its own. */
export const trials: Readonly<Record<string, (stand: Stand) => Promise<Verdict[]>>> = {
  'answers of the gateway': gatewayVerdicts,
  titles: titleVerdicts,
  environments: environmentVerdicts,
  crowds: crowdVerdicts,
  markets: feedVerdicts,
  webhooks: webhookVerdicts,
};
