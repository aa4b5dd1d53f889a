import { defaultStrategy } from '@reprice/pricing';
import { ordinalsOf, type PackRun, type Verdict } from '@reprice/queue';
import { admitCall } from './admit-call.ts';
import { callModel } from './call-model.ts';
import { type CallVerdict, callVerdict, gatewayHealth } from './call-verdict.ts';
import { concludePack, supersededRows } from './conclude-pack.ts';
import { heedGateway } from './heed-gateway.ts';
import { holdRows } from './hold-rows.ts';
import { failAlone } from './jobs-of-rows.ts';
import { judgeAnswer } from './judge-answer.ts';
import { CLOSED_CHECK_MS, FEED_CHECK_MS } from './look-again.ts';
import { callSeen, tellHeld, tellPriced } from './observer.ts';
import { isBehind, onceInSync } from './once-in-sync.ts';
import { askStable, countCall, routePack } from './route-pack.ts';
import { selectRows } from './select-rows.ts';
import { askLarge, asOpen, tierPack, withoutUnsure } from './tier-pack.ts';
import type { Tools } from './tools.ts';
import { withoutAdmission } from './without-admission.ts';

/**
 * Takes one pack through its steps:
 *
 *   load → select → tier → route → admit → call → judge → settle and publish → conclude
 *
 * A run may be killed at any point: the pack then runs again, finds what is settled, and goes on with the rest.
 */
export async function runPack(tools: Tools, run: PackRun): Promise<Verdict> {
  const { store } = tools;
  const { pack, jobId } = run;
  const { batchId } = pack;

  const loaded = await store.snapshots.load(batchId, pack.skus, ordinalsOf(pack));
  if (loaded.status === 'behind') {
    // A pack that asked again and again would take the turns of batches, which need no feed.
    await store.dirty.putBack(batchId, run.priority, pack.skus, ordinalsOf(pack));
    return { kind: 'done', summary: 'a feed is behind: its SKUs are dirty again' };
  }
  if (loaded.status !== 'running') return { kind: 'done', summary: `the batch is ${loaded.status ?? 'gone'}` };

  const { ready: selected, fresh, impossible } = selectRows(tools, pack, loaded.rows);
  await store.dirty.settleUnchanged(batchId, fresh);
  const failed = await failAlone(tools, run, impossible);
  if (failed) return failed;
  if (selected.length === 0) return { kind: 'done', summary: 'nothing left to price' };

  const own = tools.strategies[pack.strategy] ?? tools.strategies[defaultStrategy];
  if (!own) throw new RangeError(`No strategy ${pack.strategy} and no ${defaultStrategy}`);
  const tier = await tierPack(tools, run, own, selected, loaded.mode);
  if ('kind' in tier) return tier;
  const { strategy, rows: ready } = tier;
  const route = await routePack(tools, run, ready, strategy);
  if ('kind' in route) return route;
  const { canaryId } = route;
  const call = await admitCall(tools, run.priority, batchId, route.strategy, ready);
  if ('granted' in call) return await withoutAdmission(tools, run, ready, call, loaded.mode);
  const stands = canaryId === undefined || (await tools.routes.stands(canaryId).catch(() => false));
  if (!stands || performance.now() > call.usableUntil) {
    await store.admission.settle(call.reservation, batchId, { costNanoUsd: 0, tokens: 0, sent: false });
    return { kind: 'return' };
  }
  tools.observe.admitted({ priority: run.priority, waitMs: Math.max(0, tools.nowMs() - run.createdAtMs) });

  const answer = await callModel(tools, call, ready.length);
  const { outcome, reply, booked } = answer;
  tools.observe.called(callSeen(call, answer, route.name, loaded.mode));
  heedGateway(tools, outcome);
  const health = tools.stopping.aborted ? undefined : gatewayHealth(outcome);
  if (health === 'ok') {
    tools.rateLimits.end();
    tools.retries.earn();
  }
  const pricedAtMs = tools.nowMs();
  const judgement = judgeAnswer(ready, reply, booked.costNanoUsd, pricedAtMs);
  const { priced, open, conflicting } = judgement;
  countCall(tools, run, route, strategy, call, answer, judgement);
  const verdict = callVerdict(outcome, call.options);
  const { sure, unsure } = withoutUnsure(run, tier, call.model, priced);
  const { live, held } = holdRows(ready, sure);

  const publication = {
    batchId,
    jobId,
    source: 'model',
    model: call.model,
    route: route.name,
    ...(canaryId !== undefined && { canaryId }),
    promptVersion: route.promptVersion,
    ...(tier.name && { tier: tier.name }),
    pricedAtMs,
  } as const;
  const [settled, liveCodes, waitCodes] = await store.together(() =>
    Promise.all([
      // A canary that fails says nothing of the gateway, nor does a large model that only some rows go on to.
      store.admission.settle(
        call.reservation,
        batchId,
        booked,
        (canaryId === undefined && pack.tier !== 'large') || health === 'ok' ? health : undefined,
      ),
      store.prices.publish(publication, live),
      store.held.hold(publication, held),
    ]),
  );
  if (settled === 'over')
    tools.alarm(
      { jobId, booked, worst: call.worst },
      'the gateway billed a call above its worst case: the day is closed until `reprice budget reconcile`',
    );
  const first = { codes: liveCodes, heldCodes: waitCodes };
  const { codes, heldCodes } = await onceInSync(tools, run, publication, { live, held }, first);
  if (!codes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellPriced(tools.observe, { ...publication, mode: loaded.mode }, live, codes);
  if (!heldCodes) return { kind: 'done', summary: 'the batch no longer runs' };
  tellHeld(tools.observe, heldCodes);
  // The canary was rolled back while it answered.
  if (codes.includes('late') || heldCodes.includes('late')) return await askStable(tools, run, ready);
  // Frozen between admission and now: the answer is lost, the call is booked, and the pack asks again when the freeze is lifted.
  if (codes.includes('frozen')) return { kind: 'snooze', restMs: CLOSED_CHECK_MS };
  if (isBehind({ codes, heldCodes })) return { kind: 'wait', waitMs: FEED_CHECK_MS };

  const stale = [...supersededRows(live, codes), ...supersededRows(held, heldCodes)];
  const unpublished = [...stale, ...unsure];
  tools.shadow.follow(tools, {
    run,
    mode: loaded.mode,
    strategy,
    rows: ready,
    unpublished,
    answer,
    judgement,
    pricedAtMs,
  });
  const failing = await failAlone(tools, run, conflicting);
  if (failing) return failing;
  const isForStable = canaryId !== undefined && isCanarysFault(verdict, tools);
  const runsAgain = !isForStable && verdict.kind === 'retry' && (tools.stopping.aborted || !run.lastAttempt);
  // A pack that runs again asks for all rows without a price; those that went on would be asked for twice.
  if (!runsAgain) await askLarge(tools, run, call.model, unsure);
  const left = [...open, ...stale, ...(runsAgain ? asOpen(unsure) : [])];
  if (isForStable && left.length > 0) return await askStable(tools, run, left);
  return await concludePack(tools, run, verdict, left, sure.length - stale.length);
}

/** Not a rest, a lost key, or the end of this process. */
function isCanarysFault({ kind }: CallVerdict, { stopping }: Tools): boolean {
  return (
    kind === 'answered' || kind === 'halve' || kind === 'option_refused' || (kind === 'retry' && !stopping.aborted)
  );
}
