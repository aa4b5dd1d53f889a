import type { Fault } from './fault.ts';
import { formatMoney } from './money.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What contradicts itself in a snapshot whose fields are each valid; undefined if nothing does. Told at the door,
 * where the merchant can mend it, and not hours later as a SKU without a price.
 */
export function inconsistencies(snapshot: Snapshot): Fault[] | undefined {
  const { floorMinor, ceilingMinor, mapMinor, costMinor } = snapshot;
  let faults: Fault[] | undefined;
  if (ceilingMinor !== undefined) {
    const lower = [
      ['floor', floorMinor],
      ['map', mapMinor],
    ] as const;
    for (const [field, minor] of lower) {
      if (minor === undefined || minor <= ceilingMinor) continue;
      faults ??= [];
      faults.push({
        field,
        code: 'inconsistent',
        got: `${formatMoney(minor, snapshot.currency)}, above the ceiling ${formatMoney(ceilingMinor, snapshot.currency)}`,
        takes: `at most the ceiling, or a ceiling of at least the ${field}`,
      });
    }
  }
  if (costMinor === 0) {
    faults ??= [];
    const takes = 'a cost above 0, or none: a margin in percent of nothing protects nothing';
    faults.push({ field: 'cost', code: 'inconsistent', got: '0', takes });
  }
  return faults;
}
