import { browsers } from './browsers.ts';
import type { Check } from './check.ts';
import { deployment } from './deployment.ts';
import { limits } from './limits.ts';
import { pages } from './pages.ts';
import { rights } from './rights.ts';
import { secrecy } from './secrecy.ts';
import { source } from './source.ts';
import { webhooks } from './webhooks.ts';

/** The security checklist, in its order. */
export const checks: readonly Check[] = [
  ...rights,
  ...browsers,
  ...pages,
  ...secrecy,
  ...limits,
  ...source,
  ...webhooks,
  ...deployment,
].toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
