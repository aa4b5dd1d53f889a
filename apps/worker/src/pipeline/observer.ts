import type { GatewayOutcome } from '@reprice/gateway';
import type { Priority } from '@reprice/pricing';
import type { Admission, HoldCode, LoadedPack, Publication, PublishCode, PublishRow } from '@reprice/store';
import type { AdmittedCall } from './admit-call.ts';
import type { Answer } from './call-model.ts';

/** How one call of the model ended. */
export interface CallSeen {
  readonly kind: GatewayOutcome['kind'];
  readonly model: string;
  readonly route: string;
  /** Name of the strategy that asked. */
  readonly strategy: string;
  /** Of the batch: what a dry run asks is paid for, too. */
  readonly mode: LoadedPack['mode'];
  /** From the request to the end of the answer, or until it was given up; absent when nothing was sent. */
  readonly latencyMs?: number;
  readonly firstByteMs?: number;
  /** As the gateway counted them; absent when it did not tell. */
  readonly promptTokens?: number;
  readonly cachedPromptTokens?: number;
  readonly completionTokens?: number;
  /** What it is booked at: the worst case where the gateway did not tell. */
  readonly tokens: number;
  readonly costNanoUsd: number;
}

/** What all rows of one publish have in common. */
export interface PricedPack extends Publication {
  /** A dry run prices, but no live price changes. */
  readonly mode: LoadedPack['mode'];
}

/** Why a call may not go. */
export type RefusedBecause = Extract<Admission, { granted: false }>['because'];

/**
 * Is told what happens to packs, for counting: at once, in the midst of a run, so each call must be cheap and do no I/O. What it is told may
 * never have come to Redis when the process dies right then.
 */
export interface PackObserver {
  /** A call ended. */
  called(call: CallSeen): void;
  /** A call may go. `waitMs`: since its job was put into the queue; absent: that of a shadow, for which no job waited. */
  admitted(call: { readonly priority: Priority; readonly waitMs?: number }): void;
  /** These rows have a price that they had not before. */
  priced(pack: PricedPack, rows: readonly PublishRow[]): void;
  /** So many rows have a price that waits for a person. */
  held(rows: number): void;
  /** So many rows failed for good. */
  failed(reason: string, rows: number): void;
  /** A pack was cut into so many. */
  split(packs: number): void;
  /** A call may not go. */
  refused(because: RefusedBecause): void;
}

/** Tells all of them. One that throws keeps neither the run nor the others from going on. */
export function tellAll(observers: readonly PackObserver[], onError: (error: Error) => void): PackObserver {
  const tell = (what: (observer: PackObserver) => void): void => {
    for (const observer of observers) {
      try {
        what(observer);
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  return {
    called: (call) => tell((observer) => observer.called(call)),
    admitted: (call) => tell((observer) => observer.admitted(call)),
    priced: (pack, rows) => tell((observer) => observer.priced(pack, rows)),
    held: (rows) => tell((observer) => observer.held(rows)),
    failed: (reason, rows) => tell((observer) => observer.failed(reason, rows)),
    split: (packs) => tell((observer) => observer.split(packs)),
    refused: (because) => tell((observer) => observer.refused(because)),
  };
}

/** What there is to tell of a call that ended. */
export function callSeen(
  call: AdmittedCall,
  { outcome, booked, tookMs }: Answer,
  route: string,
  mode: LoadedPack['mode'] = 'live',
): CallSeen {
  const wasSent = !('sent' in outcome && outcome.sent === false);
  const usage = 'usage' in outcome ? outcome.usage : undefined;
  return {
    kind: outcome.kind,
    model: call.model,
    route,
    strategy: call.strategy,
    mode,
    ...(wasSent && { latencyMs: 'latencyMs' in outcome ? outcome.latencyMs : tookMs }),
    ...('firstByteMs' in outcome && { firstByteMs: outcome.firstByteMs }),
    ...usage,
    tokens: booked.tokens,
    costNanoUsd: booked.costNanoUsd,
  };
}

/** Tells of the rows that are held now. */
export function tellHeld(observe: PackObserver, codes: readonly HoldCode[]): void {
  const rows = codes.filter((code) => code === 'held').length;
  if (rows > 0) observe.held(rows);
}

/** Tells of the rows of a publish that took effect. */
export function tellPriced(
  observe: PackObserver,
  pack: PricedPack,
  rows: readonly PublishRow[],
  codes: readonly PublishCode[],
): void {
  const published = codes.every((code) => code === 'published')
    ? rows
    : rows.filter((_, i) => codes[i] === 'published');
  if (published.length > 0) observe.priced(pack, published);
}
