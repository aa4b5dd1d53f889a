import { currencyDigits, isCurrency } from '@reprice/pricing';
import { hashText } from './random.ts';
import { cellsOf, numbersOf, type PromptTable } from './table.ts';

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
/** One row in so many that has a reason to move is moved past its bounds, as models do: the demo shows its clamps by it. */
const strayOneIn = 25;
/** What counts as a reason to move. */
const strayFrom = 0.03;

/** Which cell holds what; -1 where the table has no such column. */
interface ColumnPlaces {
  readonly price: number;
  readonly low: number;
  readonly high: number;
  readonly scarcity: number;
  readonly overstock: number;
  readonly market: number;
  readonly cost: number;
  readonly demand: number;
  readonly currency: number;
}

/** Prices every row of a table by its own content: the same line and seed give the same price. */
export function priceTable(table: PromptTable, seed: number): PricedRow[] {
  const places = placesOf(table.columns);
  const digits = isCurrency(table.currency) ? currencyDigits(table.currency) : undefined;
  return table.lines.map((line) => priceRow(line, places, digits ?? digitsOf(line, places), seed));
}

function placesOf(columns: ReadonlyMap<string, number>): ColumnPlaces {
  const place = (...names: string[]): number =>
    names.map((name) => columns.get(name)).find((at) => at !== undefined) ?? -1;
  return {
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

function priceRow(line: string, places: ColumnPlaces, digits: number, seed: number): PricedRow {
  const cells = numbersOf(line);
  const hash = hashText(line, seed);
  const price = cells[places.price] ?? 0;
  const market = cells[places.market] ?? 0;
  const moves = movesOf(cells, places, price, market);
  const total = moves.scarce + moves.overstock + moves.competitor + moves.demand;
  const reason = strongest(moves);
  // A touch of taste where something moves the price: up to 1 % either way.
  const taste = reason === 'hold' ? 0 : ((hash & 0xff) / 255 - 0.5) / 50;
  const wanted = reason === 'hold' ? price : price * (1 + total + taste);
  const target = Math.max(wanted, (cells[places.cost] ?? 0) * leastMarkup);
  const bounded = withinOrStray(target, cells[places.low] ?? 0, cells[places.high] ?? 0, { total, hash });
  const unit = 10 ** digits;
  const minor = Math.max(1, Math.round(bounded * unit));
  const priceMinor = Math.round(price * unit);
  return {
    row: line.split(',', 1)[0] ?? '',
    price: minor % unit === 0 ? String(minor / unit) : (minor / unit).toFixed(digits),
    action: minor > priceMinor ? 'raise' : minor < priceMinor ? 'cut' : 'hold',
    confidence: (market > 0 ? 60 : 45) + ((hash >>> 8) % 35),
    reason: target > wanted ? 'margin' : reason,
  };
}

/** Signed shares of the price. */
interface Moves {
  readonly scarce: number;
  readonly overstock: number;
  readonly competitor: number;
  readonly demand: number;
}

function movesOf(cells: ArrayLike<number>, places: ColumnPlaces, price: number, market: number): Moves {
  const demand = cells[places.demand] ?? 0;
  return {
    scarce: scarcityLift * score(cells[places.scarcity] ?? 0),
    overstock: -overstockDrop * score(cells[places.overstock] ?? 0),
    competitor: market > 0 && price > 0 ? marketPull * clamp(market / price - 1, -0.5, 0.5) : 0,
    demand: demand > 0 ? demandLift * clamp(demand - 1, -1, 2) : 0,
  };
}

/** Scores come as whole numbers from 0 to 99, or as a fraction. */
function score(value: number): number {
  return clamp(Number.isInteger(value) ? value / 99 : value, 0, 1);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** The reason that moved the price most; below 1 % none did. */
function strongest(moves: Moves): PriceReason {
  const demand = Math.abs(moves.demand);
  const competitor = Math.abs(moves.competitor);
  const most = Math.max(moves.scarce, -moves.overstock, competitor, demand);
  if (most < 0.01) return 'hold';
  if (most === moves.scarce) return 'scarce';
  if (most === -moves.overstock) return 'overstock';
  return most === competitor ? 'competitor' : 'demand';
}

function withinOrStray(target: number, low: number, high: number, row: { total: number; hash: number }): number {
  if (high <= 0) return Math.max(target, low);
  if (Math.abs(row.total) >= strayFrom && (row.hash >>> 16) % strayOneIn === 0) {
    const beyond = 0.02 + ((row.hash >>> 24) % 5) / 100;
    return row.total > 0 ? high * (1 + beyond) : low * (1 - beyond);
  }
  return clamp(target, low, high);
}

/** Decimals of the row's currency; where there is none, those that its price shows, and 2 for a small whole price. */
function digitsOf(line: string, places: ColumnPlaces): number {
  const cells = cellsOf(line);
  const currency = cells[places.currency] ?? '';
  if (isCurrency(currency)) return currencyDigits(currency);
  const price = cells[places.price] ?? '';
  const point = price.indexOf('.');
  if (point !== -1) return price.length - point - 1;
  return Number(price) >= 1000 ? 0 : 2;
}
