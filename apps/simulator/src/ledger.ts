import type { TokenPrices } from '@reprice/gateway';

/** Tokens that one call is billed for. */
export interface BilledTokens {
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  readonly completionTokens: number;
}

/** What one model has cost so far; money in integer nano-dollars. */
export interface LedgerLine extends BilledTokens {
  readonly calls: number;
  readonly nanoUsd: number;
}

/** The bill: in all, by UTC day (YYYY-MM-DD, nano-dollars) and by model. */
export interface LedgerReport extends LedgerLine {
  readonly byDay: Readonly<Record<string, number>>;
  readonly byModel: Readonly<Record<string, LedgerLine>>;
}

/**
 * What the simulated provider bills. It has its own arithmetic, in BigInt and from the price list alone, so that an error
 * in the client's cost shows as a difference.
 */
export class Ledger {
  readonly #byDay = new Map<number, number>();
  readonly #byModel = new Map<string, { -readonly [field in keyof LedgerLine]: number }>();

  /**
   * Books one call and returns its cost in nano-dollars, rounded up once a call.
   *
   * @param atMs Unix time in ms at which the call came in.
   */
  bill(model: string, price: TokenPrices, tokens: BilledTokens, atMs: number): number {
    const freshTokens = tokens.promptTokens - tokens.cachedPromptTokens;
    const femtoUsd =
      BigInt(freshTokens) * BigInt(price.inputNanoUsdPerMTok) +
      BigInt(tokens.cachedPromptTokens) * BigInt(price.cachedInputNanoUsdPerMTok) +
      BigInt(tokens.completionTokens) * BigInt(price.outputNanoUsdPerMTok);
    const nanoUsd = Number((femtoUsd + 999_999n) / 1_000_000n);
    const day = Math.floor(atMs / 86_400_000);
    this.#byDay.set(day, (this.#byDay.get(day) ?? 0) + nanoUsd);
    const line = this.#line(model);
    line.calls += 1;
    line.nanoUsd += nanoUsd;
    line.promptTokens += tokens.promptTokens;
    line.cachedPromptTokens += tokens.cachedPromptTokens;
    line.completionTokens += tokens.completionTokens;
    return nanoUsd;
  }

  report(): LedgerReport {
    const total = emptyLine();
    for (const line of this.#byModel.values())
      for (const field of Object.keys(total) as (keyof LedgerLine)[]) total[field] += line[field];
    const days = [...this.#byDay].map(([day, nanoUsd]) => [isoDay(day), nanoUsd] as const);
    const models = [...this.#byModel].map(([model, line]) => [model, { ...line }] as const);
    return { ...total, byDay: Object.fromEntries(days), byModel: Object.fromEntries(models) };
  }

  #line(model: string): ReturnType<typeof emptyLine> {
    let line = this.#byModel.get(model);
    if (line === undefined) {
      line = emptyLine();
      this.#byModel.set(model, line);
    }
    return line;
  }
}

function emptyLine(): { -readonly [field in keyof LedgerLine]: number } {
  return { calls: 0, nanoUsd: 0, promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 };
}

function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
