import { randomBytes } from 'node:crypto';
import { costNanoUsd } from '@reprice/gateway';
import { type Canary, type CanaryChange, type CanaryWish, isLive, nearest, noCanary } from '@reprice/pricing';
import type { z } from 'zod';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem/problem.ts';
import type { canaryBody } from '../schemas/canary.ts';

/** Two people at once, and the judge between them: more often than that it is no coincidence. */
const TRIES = 10;

/** A pack of 25. */
const USUAL_CALL = { promptTokens: 700, cachedPromptTokens: 0, completionTokens: 320 };

/** Changes the canary as it is at that moment; throws a 409 that says why when it may not be. */
export async function changeCanary(
  { store, logger }: Pick<ApiDeps, 'store' | 'logger'>,
  changed: (was: Canary, nowMs: number) => CanaryChange | Promise<CanaryChange>,
): Promise<Canary> {
  const { routes } = store;
  for (let tries = 0; tries < TRIES; tries++) {
    const [was, nowMs] = await Promise.all([routes.get(), routes.nowMs()]);
    const change = await changed(was, nowMs);
    if (!change.ok) throw refused(change.why, was, nowMs);
    if (!(await routes.change(was, change.canary))) continue;
    const { state, mode, percent, model, by, reason } = change.canary;
    logger.info({ state, mode, percent, ...(model && { model }), by, ...(reason && { reason }) }, 'canary changed');
    return await routes.get();
  }
  throw new Problem('conflict', 'Others change the canary right now; look again.');
}

/** What a canary is to be: as asked, else as the one that runs, else as the config file says, else as usual. Throws a 400. */
export function wishOf(
  deps: Pick<ApiDeps, 'callTerms' | 'canary'>,
  body: z.infer<typeof canaryBody>,
  was: Canary,
): CanaryWish {
  const { callTerms, canary: defaults } = deps;
  const saysWhat = body.model !== undefined || body.guidance !== undefined;
  const asks = saysWhat ? body : isLive(was) ? was : defaults;
  const { model, guidance = {} } = asks;
  if (body.percent > 0) {
    if (model === undefined && Object.keys(guidance).length === 0)
      throw invalid('/model', 'required', 'Say how the canary differs: give "model", "guidance", or both.');
    if (model !== undefined) requirePriced(model, Object.keys(callTerms.models));
    for (const name of Object.keys(guidance)) requireStrategy(name, Object.keys(callTerms.strategies));
  }
  const usual = isLive(was) ? was : noCanary;
  const mode = body.mode ?? usual.mode;
  const cooldownMinutes = body.cooldownMinutes ?? (isLive(was) ? undefined : defaults.cooldownMinutes);
  const given = Object.entries({ ...(isLive(was) ? {} : defaults.tolerance), ...body.tolerance });
  const tolerance = {
    ...usual.tolerance,
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  };
  // A shadow is never rolled back.
  if (mode === 'canary' && body.percent > 0 && model !== undefined)
    requireAffordable(model, tolerance.costPercent, callTerms);
  return {
    mode,
    percent: body.percent,
    ...(model !== undefined && { model }),
    guidance,
    tolerance,
    minCalls: body.minCalls ?? (isLive(was) ? undefined : defaults.minCalls) ?? usual.minCalls,
    cooldownMs: cooldownMinutes === undefined ? usual.cooldownMs : cooldownMinutes * 60_000,
  };
}

/** An id that no canary had before. */
export function newCanaryId(): string {
  return `c${randomBytes(5).toString('hex')}`;
}

function requirePriced(model: string, known: readonly string[]): void {
  if (known.includes(model)) return;
  const guess = nearest(model, known);
  const hint = guess === undefined ? `known are ${known.join(', ')}` : `did you mean ${guess}?`;
  throw invalid(
    '/model',
    'unknown-model',
    `"model" must be one whose price is known: ${hint}; state another's price in reprice.config.ts.`,
  );
}

/** A model that is dearer by its list price than is tolerated would be rolled back for certain, after a hundred calls that were paid for. */
function requireAffordable(model: string, costPercent: number, { models, model: stable }: ApiDeps['callTerms']): void {
  const [price, stablePrice] = [models[model], models[stable]];
  if (!price || !stablePrice) return;
  const dearer = costNanoUsd(price, USUAL_CALL) / costNanoUsd(stablePrice, USUAL_CALL) - 1;
  if (dearer * 100 <= costPercent) return;
  const needed = Math.ceil(dearer * 12) * 10;
  throw invalid(
    '/tolerance',
    'too-dear',
    `"tolerance" must let it be dearer: by its list price a SKU costs ${Math.round(dearer * 100)} % more than with ${stable}, and costPercent ${costPercent} would roll it back; give {"costPercent": ${needed}}.`,
  );
}

function requireStrategy(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw invalid(
    '/guidance',
    'unknown-strategy',
    `"guidance" must name strategies: ${known.join(', ')}; not "${name.slice(0, 40)}".`,
  );
}

function invalid(pointer: string, code: string, detail: string): Problem {
  return new Problem('validation', detail, { errors: [{ pointer, code, detail }] });
}

function refused(why: string, { cooldownUntilMs }: Canary, nowMs: number): Problem {
  const leftMs = cooldownUntilMs - nowMs;
  if (leftMs <= 0) return new Problem('conflict', why);
  return new Problem('conflict', why, {
    members: { cooldownUntil: new Date(cooldownUntilMs).toISOString() },
    headers: { 'retry-after': String(Math.ceil(leftMs / 1000)) },
  });
}
