import { currencyDigits, isCurrency } from '@reprice/pricing';
import { hashText } from './random.ts';
import { cellsOf, type PromptTable } from './table.ts';

/** Why a price moved; `answer.ts` knows the letters of the words. */
export type PriceReason = 'scarce' | 'overstock' | 'competitor' | 'margin' | 'demand' | 'hold';

/** One priced row. */
export interface PricedRow {
  /** The row number as it stood in the table. */
  readonly row: string;
  /** Plain decimal. */
  readonly price: string;
  readonly action: 'raise' | 'cut' | 'hold';
  /** 0..99. */
  readonly confidence: number;
  readonly reason: PriceReason;
}

/** How much a price moves at most for each reason. */
const scarcityLift = 0.15;
const overstockDrop = 0.12;
const demandLift = 0.05;
const marketPull = 0.5;
/** A price keeps this margin over the cost, where the cost is known. */
const leastMarkup = 1.12;
/** One row in so many is priced a little outside its bounds, as models do: the demo shows its clamps by it. */
const strayOneIn = 25;

/** Which cell holds what; -1 where the table has no such column. */
interface ColumnPlaces {
  readonly [name: string]: number;
}

/** Prices every row of a table by its own content: the same line and seed give the same price. */
export function priceTable(table: PromptTable, seed: number): PricedRow[] {
  const places = placesOf(table.columns);
  return table.lines.map((line) => priceRow(line, places, table.currency, seed));
}

function placesOf(columns: ReadonlyMap<string, number>): ColumnPlaces {
  const place = (...names: string[]): number =>
    names.map((name) => columns.get(name)).find((at) => at !== undefined) ?? -1;
  return {
    row: place('row'),
    price: place('price'),
    low: place('low', 'floor', 'min'),
    high: place('high', 'ceiling', 'max'),
    scarcity: place('scarcity'),
    overstock: place('overstock'),
    market: place('market', 'competitor', 'competitors', 'median'),
    cost: place('cost'),
    demand: place('demand'),
    currency: place('currency'),
  };
}

function priceRow(line: string, places: ColumnPlaces, tableCurrency: string, seed: number): PricedRow {
  const cells = cellsOf(line);
  const cell = (name: string): string => cells[places[name] ?? -1] ?? '';
  const number = (name: string): number => Number(cell(name)) || 0;
  const hash = hashText(line, seed);
  const price = number('price');
  const moves = movesOf(price, cell, number);
  const total = moves.scarce + moves.overstock + moves.competitor + moves.demand;
  // A touch of taste: up to 1 % either way.
  const wanted = price * (1 + total + ((hash & 0xff) / 255 - 0.5) / 50);
  const target = Math.max(wanted, number('cost') * leastMarkup);
  const bounded = withinOrStray(target, number('low'), number('high'), hash);
  const digits = digitsOf(cell('currency') || tableCurrency, cell('price'));
  const priced = Math.max(bounded, 10 ** -digits).toFixed(digits);
  return {
    row: cell('row'),
    price: digits > 0 && Number(priced) % 1 === 0 ? priced.slice(0, -digits - 1) : priced,
    action: Number(priced) > price ? 'raise' : Number(priced) < price ? 'cut' : 'hold',
    confidence: (number('market') > 0 ? 60 : 45) + ((hash >>> 8) % 35),
    reason: target > wanted ? 'margin' : strongest(moves),
  };
}

type Moves = Readonly<Record<'scarce' | 'overstock' | 'competitor' | 'demand', number>>;

/** Signed shares of the price. */
function movesOf(price: number, cell: (name: string) => string, number: (name: string) => number): Moves {
  const market = number('market');
  const demand = number('demand');
  return {
    scarce: scarcityLift * score(cell('scarcity')),
    overstock: -overstockDrop * score(cell('overstock')),
    competitor: market > 0 && price > 0 ? marketPull * clamp(market / price - 1, -0.5, 0.5) : 0,
    demand: demand > 0 ? demandLift * clamp(demand - 1, -1, 2) : 0,
  };
}

/** Scores come as whole numbers from 0 to 99, or as a fraction. */
function score(text: string): number {
  return clamp(text.includes('.') ? Number(text) : Number(text) / 99, 0, 1) || 0;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function strongest(moves: Moves): PriceReason {
  let reason: PriceReason = 'hold';
  let most = 0.01;
  for (const [name, move] of Object.entries(moves)) {
    if (Math.abs(move) <= most) continue;
    most = Math.abs(move);
    reason = name as PriceReason;
  }
  return reason;
}

function withinOrStray(target: number, low: number, high: number, hash: number): number {
  if (high <= 0) return Math.max(target, low);
  const middle = (low + high) / 2;
  if ((hash >>> 16) % strayOneIn === 0) {
    const beyond = 0.02 + ((hash >>> 24) % 5) / 100;
    return target >= middle ? high * (1 + beyond) : low * (1 - beyond);
  }
  return clamp(target, low, high);
}

/** Decimals of a currency; where the prompt names none, those that the price shows, and 2 for a small whole price. */
function digitsOf(currency: string, price: string): number {
  if (isCurrency(currency)) return currencyDigits(currency);
  const point = price.indexOf('.');
  if (point !== -1) return price.length - point - 1;
  return Number(price) >= 1000 ? 0 : 2;
}
