import {
  type Fault,
  nearest,
  parseSnapshot,
  type Snapshot,
  type SnapshotDefaults,
  snapshotFields,
} from '@reprice/pricing';
import { pointerToken } from '../http/json-body.ts';
import { sentence } from '../http/query.ts';
import { Problem, type ProblemPlace } from '../problem/problem.ts';

/**
 * Reads the items of a job, all or none: throws one problem with the JSON pointer of every fault. The type is that of the gravest kind
 * there: `unknown-field`, then `validation` (400), then `inconsistent`, then `duplicate-sku` (422).
 */
export function readJobItems(items: readonly unknown[], defaults: Omit<SnapshotDefaults, 'currency'>): Snapshot[] {
  const snapshots: Snapshot[] = [];
  const unknown: ProblemPlace[] = [];
  const invalid: ProblemPlace[] = [];
  const inconsistent: ProblemPlace[] = [];
  const duplicate: ProblemPlace[] = [];
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const at = `/items/${index}`;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      invalid.push({ pointer: at, code: 'not-an-object', detail: `${at} must be a snapshot object.` });
      return;
    }
    const input = item as Record<string, unknown>;
    for (const name of Object.keys(input)) if (!snapshotFields.includes(name)) unknown.push(unknownField(at, name));
    const read = parseSnapshot(input, defaults);
    if (!read.ok) {
      for (const fault of read.faults) (fault.code === 'inconsistent' ? inconsistent : invalid).push(place(at, fault));
    } else if (seen.has(read.snapshot.sku)) {
      duplicate.push({
        pointer: `${at}/sku`,
        code: 'duplicate-sku',
        detail: `${at} has the SKU of an item before it.`,
      });
    } else {
      seen.add(read.snapshot.sku);
      snapshots.push(read.snapshot);
    }
  });
  const errors = [...unknown, ...invalid, ...inconsistent, ...duplicate];
  if (errors.length === 0) return snapshots;
  const name =
    unknown.length > 0
      ? 'unknown-field'
      : invalid.length > 0
        ? 'validation'
        : inconsistent.length > 0
          ? 'inconsistent'
          : 'duplicate-sku';
  throw new Problem(name, sentence(errors), { errors: errors.slice(0, 100) });
}

function unknownField(at: string, name: string): ProblemPlace {
  const near = nearest(name, snapshotFields);
  const short = name.slice(0, 60);
  return {
    pointer: `${at}/${pointerToken(short)}`,
    code: 'unknown-field',
    detail: `${at} has the unknown field "${short}"${near === undefined ? '.' : `; did you mean "${near}"?`}`,
  };
}

function place(at: string, fault: Fault): ProblemPlace {
  const pointer = fault.field === '' ? at : `${at}/${fault.field}`;
  return { pointer, code: fault.code, detail: `${pointer} has ${fault.got}; it takes ${fault.takes}.` };
}
