import type { FaultName, Faults } from './fault-schema.ts';
import type { CallFaults } from './faults.ts';
import type { PricedRow } from './pricing-rules.ts';
import type { Random } from './random.ts';

type RowFault = 'missingRows' | 'unknownRows' | 'duplicateRows' | 'nan' | 'absurd';

const absurdPrices = ['0', '-1', '1e308', '99999999999999999999999999999999999999.99', '0.0000000001'];
const notNumbers = ['NaN', 'Infinity', 'n/a', 'twelve', '1,299.00'];

/** Spoils rows as the faults of this call want it. The order is fixed, so the same dice give the same answer. */
export function spoilRows(rows: readonly PricedRow[], call: CallFaults, faults: Faults): readonly PricedRow[] {
  if (call.names.size === 0 || rows.length === 0) return rows;
  let spoilt = call.names.has('shifted') ? shifted(rows, faults.shifted) : rows;
  for (const [name, spoil] of spoilers) {
    const share = faults[name]?.rowShare;
    if (call.names.has(name) && share !== undefined)
      spoilt = spoil(spoilt, hitBy(spoilt.length, share, call.random), call.random);
  }
  return spoilt;
}

/** The prices of some rows, or of all, a little higher or lower. */
function shifted(rows: readonly PricedRow[], fault: Faults['shifted']): readonly PricedRow[] {
  if (!fault) return rows;
  const isMeant = (row: PricedRow): boolean => fault.rows === undefined || fault.rows.includes(Number(row.row));
  const price = (row: PricedRow): string => (Number(row.price) * (1 + fault.percent / 100)).toFixed(2);
  return rows.map((row) => (isMeant(row) ? { ...row, price: price(row) } : row));
}

type Spoiler = (rows: readonly PricedRow[], isHit: (index: number) => boolean, random: Random) => PricedRow[];

const spoilers: readonly (readonly [RowFault & FaultName, Spoiler])[] = [
  ['nan', (rows, isHit, random) => withPrice(rows, isHit, () => pick(notNumbers, random))],
  [
    'absurd',
    (rows, isHit, random) =>
      withPrice(rows, isHit, (row) => pick([...absurdPrices, `${row.price.split('.')[0]}000000`], random)),
  ],
  [
    'duplicateRows',
    (rows, isHit) => rows.flatMap((row, index) => (isHit(index) ? [row, { ...row, price: `${row.price}1` }] : [row])),
  ],
  [
    'unknownRows',
    (rows, isHit) => [
      ...rows,
      ...rows.filter((_, index) => isHit(index)).map((row) => ({ ...row, row: String(Number(row.row) + rows.length) })),
    ],
  ],
  ['missingRows', (rows, isHit) => rows.filter((_, index) => !isHit(index))],
];

function withPrice(
  rows: readonly PricedRow[],
  isHit: (index: number) => boolean,
  price: (row: PricedRow) => string,
): PricedRow[] {
  return rows.map((row, index) => (isHit(index) ? { ...row, price: price(row) } : row));
}

/** Each row is hit with the share as its chance; one is hit for sure. */
function hitBy(count: number, share: number, random: Random): (index: number) => boolean {
  const sure = Math.floor(random() * count);
  const hit = Array.from({ length: count }, (_, index) => random() < share || index === sure);
  return (index) => hit[index] === true;
}

function pick(choices: readonly string[], random: Random): string {
  return choices[Math.floor(random() * choices.length)] as string;
}
