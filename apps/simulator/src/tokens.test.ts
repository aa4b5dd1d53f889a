import { type Bounds, boundsFor, buildPrompt, builtInStrategies, type Snapshot, type Strategy } from '@reprice/pricing';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { answerPieces } from './answer.ts';
import { FaultPlan } from './faults.ts';
import { priceTable } from './pricing-rules.ts';
import { seededRandom } from './random.ts';
import { findTable } from './table.ts';
import { countTokens, firstTokens } from './tokens.ts';

function snapshots(count: number, currency: string): Snapshot[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, index) => {
    const priceMinor = 100 + Math.floor(random() * 30_000);
    return {
      sku: `S${index}`,
      currency,
      priceMinor,
      referenceMinor: priceMinor,
      stock: Math.floor(random() * 300),
      capacity: 200,
      competitorsMinor: [Math.floor(priceMinor * (0.9 + random() / 5))],
      observedAtMs: 0,
    };
  });
}

const strategy = builtInStrategies.balanced as Strategy;

function promptOf(rows: readonly Snapshot[]): ReturnType<typeof buildPrompt> {
  const priced = rows.map((snapshot) => {
    const bounds = boundsFor(snapshot, strategy.guardrails) as Bounds;
    return { snapshot, bounds, currentMinor: snapshot.priceMinor };
  });
  return buildPrompt(priced, strategy);
}

describe('countTokens', () => {
  it.each([
    [1, 'USD'],
    [25, 'USD'],
    [25, 'JPY'],
    [25, 'KWD'],
  ])('for %i rows in %s is within 15 percent of a real tokenizer, prompt and answer', (count, currency) => {
    const { messages } = promptOf(snapshots(count, currency));
    const table = findTable(messages[1]?.content ?? '');
    if (table === undefined) throw new Error('the prompt has no table');
    const answer = answerPieces(priceTable(table, 1), new FaultPlan().draw(count), 'object').join('');
    for (const text of [...messages.map((message) => message.content), answer]) {
      const real = encode(text).length;
      expect(Math.abs(countTokens(text) - real)).toBeLessThanOrEqual(Math.max(2, real * 0.15));
    }
  });

  it('stays below the worst case that a client reserves', () => {
    for (const count of [1, 5, 25]) {
      const { messages, worstPromptTokens } = promptOf(snapshots(count, 'USD'));
      const tokens = messages.reduce((sum, message) => sum + 3 + countTokens(message.content), 3);
      expect(tokens).toBeLessThanOrEqual(worstPromptTokens);
    }
  });

  it('counts nothing for nothing', () => {
    expect(countTokens('')).toBe(0);
  });
});

describe('firstTokens', () => {
  it('is the longest beginning within the limit', () => {
    const text = '12,24.50,r,80,s\n';
    for (let most = 0; most <= countTokens(text); most += 1) {
      const first = firstTokens(text, most);
      expect(text.startsWith(first)).toBe(true);
      expect(countTokens(first)).toBeLessThanOrEqual(most);
    }
    expect(firstTokens(text, 1000)).toBe(text);
  });
});
