import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  applyGuardrails,
  boundsFor,
  builtInStrategies,
  parseSnapshot,
  type Suggestion,
  suggestionFrom,
} from '@reprice/pricing';
import { describe, expect, it } from 'vitest';
import { sampleCatalogue, sampleSeed } from './sample-catalogue.ts';

const committed = readFileSync(path.resolve(import.meta.dirname, '../catalogue/sample.csv'), 'utf8');
const defaults = { nowMs: Date.parse('2026-11-21T00:00:00Z'), strategies: new Set(Object.keys(builtInStrategies)) };

/** Cells of a line that holds no line break. */
function cells(line: string): string[] {
  const matches = `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...matches].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}

const [header = '', ...lines] = committed.trimEnd().split('\n');
const names = cells(header);
const rows = lines.map((line) => Object.fromEntries(cells(line).map((cell, index) => [names[index] ?? '', cell])));
const parsed = rows.map((row) => parseSnapshot(row, defaults));

function suggestions(minor: number, digits: number): Suggestion[] {
  return [0.5, 0.97, 1, 1.03, 2].map((factor) =>
    suggestionFrom({ price: ((minor * factor) / 10 ** digits).toFixed(digits), reason: 'x' }),
  );
}

describe('catalogue/sample.csv', () => {
  it('is what the seed gives', () => {
    expect(committed).toBe(sampleCatalogue(sampleSeed));
  });

  it('has 2,000 good lines in 9 currencies and 8 categories, each with a SKU of its own', () => {
    const good = parsed.flatMap((result) => (result.ok ? [result.snapshot] : []));
    expect(new Set(good.map((snapshot) => snapshot.sku)).size).toBe(2000);
    expect(good).toHaveLength(2001);
    expect(new Set(good.map((snapshot) => snapshot.currency)).size).toBe(9);
    expect(new Set(good.map((snapshot) => snapshot.category)).size).toBe(8);
    expect(new Set(good.map((snapshot) => snapshot.strategy))).toEqual(
      new Set([undefined, 'clearance', 'premium', 'match']),
    );
    expect(good.filter((snapshot) => snapshot.title?.includes('"')).length).toBeGreaterThan(50);
  });

  it('has bad lines of many kinds', () => {
    const faults = parsed.flatMap((result) => (result.ok ? [] : [result.faults]));
    expect(faults).toHaveLength(17);
    expect(faults.every((of) => of.length === 1)).toBe(true);
    expect(new Set(faults.flat().map((fault) => fault.code)).size).toBeGreaterThanOrEqual(6);
  });

  it('lets every good line be priced, whatever the model suggests', () => {
    const conflicts = parsed.flatMap((result) => {
      if (!result.ok) return [];
      const { snapshot } = result;
      const policy = builtInStrategies[snapshot.strategy ?? 'balanced']?.guardrails;
      if (policy === undefined) return [`${snapshot.sku}: no policy`];
      const bounds = boundsFor(snapshot, policy);
      if ('conflict' in bounds) return [`${snapshot.sku}: ${bounds.detail}`];
      const digits = snapshot.currency === 'JPY' ? 0 : snapshot.currency === 'KWD' ? 3 : 2;
      return suggestions(snapshot.priceMinor, digits).flatMap((suggestion) => {
        const price = applyGuardrails(suggestion, snapshot, undefined, bounds, policy);
        return 'conflict' in price ? [`${snapshot.sku}: ${price.detail}`] : [];
      });
    });
    expect(conflicts).toEqual([]);
  });
});
