import { answers, type Canary, type CanaryMode, type CanaryTolerance, isLive, promotionSteps } from './canary.ts';

/** A worker's clock may differ by so much from that of Redis: what the canary before or after priced may bear a time within this one's. */
const CLOCKS_DIFFER_MS = 500;
/** What older ones priced is asked for anew when one is rolled back. */
const KEPT_AT_MOST = 20;

/** What a change leads to, or why it may not be. */
export type CanaryChange =
  | { readonly ok: true; readonly canary: Canary }
  | { readonly ok: false; readonly why: string };

/** Who changes it, and when by Redis' clock. */
export interface ChangedBy {
  readonly by: string;
  readonly nowMs: number;
}

/** What a canary is to be. */
export interface CanaryWish {
  readonly mode: CanaryMode;
  readonly percent: number;
  readonly model?: string;
  readonly guidance: Readonly<Record<string, string>>;
  readonly tolerance: CanaryTolerance;
  readonly minCalls: number;
  readonly cooldownMs: number;
}

/**
 * Lets a canary begin, changes its share, or ends it (0 %). One that asks for the same as before keeps its id, and so its SKUs and what was
 * counted; another gets `newId`. A shadow that becomes a canary, or the other way round, keeps its SKUs, and what it did as the other counts no
 * more. Refused within the cooldown, unless `force`.
 */
export function setCanary(
  was: Canary,
  wish: CanaryWish,
  { by, nowMs, newId, force }: ChangedBy & { readonly newId: string; readonly force: boolean },
): CanaryChange {
  const ended = was.state === 'promoted' ? keeping(was, nowMs) : retiring(was, nowMs);
  const base = { ...was, by, reason: '' };
  if (wish.percent === 0) return { ok: true, canary: { ...base, state: 'off', percent: 0, ...ended } };
  if (nowMs < was.cooldownUntilMs && !force) return { ok: false, why: coolingDown(was) };
  const isSame = isLive(was) && asksFor(was) === asksFor(wish);
  const answersOn = isSame && wish.mode === was.mode;
  const { model: _, ...withoutModel } = base;
  const canary = {
    ...withoutModel,
    ...wish,
    state: 'running' as const,
    cooldownUntilMs: 0,
    ...(!isSame && { id: newId }),
    ...(!answersOn && { sinceMs: nowMs, ...ended }),
  };
  return { ok: true, canary };
}

/** Takes a canary to the next step: at 100 % it is promoted. `calls` are its calls so far. */
export function promoteCanary(
  was: Canary,
  calls: number,
  { by, force }: ChangedBy & { readonly force: boolean },
): CanaryChange {
  if (was.state === 'promoted') return { ok: false, why: 'The canary is promoted already: it answers for every SKU.' };
  if (was.state !== 'running') return { ok: false, why: 'No canary runs.' };
  if (!answers(was))
    return { ok: false, why: 'It is a shadow: set it with the mode "canary", and it answers for the same SKUs.' };
  if (calls < was.minCalls && !force)
    return {
      ok: false,
      why: `The canary has made ${calls} calls of the ${was.minCalls} that it is judged by; wait, or insist with "force".`,
    };
  const percent = promotionSteps.find((step) => step > was.percent) ?? 100;
  return { ok: true, canary: { ...was, state: percent === 100 ? 'promoted' : 'running', percent, by, reason: '' } };
}

/** Ends a canary because it is bad: none begins within the cooldown. */
export function rollBackCanary(was: Canary, reason: string, { by, nowMs }: ChangedBy): CanaryChange {
  if (!isLive(was)) return { ok: false, why: 'No canary runs.' };
  const cooldownUntilMs = nowMs + was.cooldownMs;
  const ended = retiring(was, nowMs);
  return { ok: true, canary: { ...was, state: 'rolled_back', percent: 0, cooldownUntilMs, ...ended, reason, by } };
}

type Ended = Pick<Canary, 'retiredAtMs' | 'kept'>;

/** Its prices are those of nobody who still answers: they are asked for anew. */
function retiring(was: Canary, nowMs: number): Ended {
  return { retiredAtMs: answers(was) ? nowMs : was.retiredAtMs, kept: was.kept };
}

/** Its prices stay, whatever becomes of later canaries. */
function keeping({ retiredAtMs, kept, sinceMs }: Canary, nowMs: number): Ended {
  const span = { fromMs: sinceMs + CLOCKS_DIFFER_MS, untilMs: nowMs - CLOCKS_DIFFER_MS };
  return { retiredAtMs, kept: span.untilMs < span.fromMs ? kept : [...kept, span].slice(-KEPT_AT_MOST) };
}

function asksFor({ model, guidance }: Pick<CanaryWish, 'model' | 'guidance'>): string {
  return JSON.stringify([model, Object.entries(guidance).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function coolingDown({ cooldownUntilMs, reason }: Canary): string {
  const until = new Date(cooldownUntilMs).toISOString();
  return `The last canary was rolled back (${reason || 'by hand'}): none begins before ${until} unless you insist with "force".`;
}
