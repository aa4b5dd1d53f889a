import { confidenceOf, priceProblem, type ReplyRow, type RowProblem, reasonOf } from './reply-fields.ts';

/** What a line or JSON item says about one row: a usable row, or what is wrong with it. */
export type RowClaim = ReplyRow | { row: number; problem: RowProblem };

const rowNumber = /^\d{1,6}$/;
/** `1,299.00` in an unquoted cell reads as price 1 and another cell: refused, as either reading may be wrong. */
const thousands = /^\d{3}(?:\.\d+)?$/;
const longestLine = 400;

/**
 * Reads `row,price,action,confidence,reason`, of which only row and price must be there. Undefined for a line that is
 * about no row: header, blank, prose, fence.
 */
export function readLine(line: string): RowClaim | undefined {
  const first = line.charCodeAt(0);
  const startsLikeRow = (first >= 48 && first <= 57) || first === 32 || first === 9 || first === 34;
  if (!startsLikeRow || line.length > longestLine) return undefined;
  const cells = line.split(',', 8);
  const number = cell(cells, 0);
  if (cells.length < 2 || !rowNumber.test(number)) return undefined;
  const row = Number(number);
  const price = cell(cells, 1);
  const problem = priceProblem(price);
  if (problem !== undefined) return { row, problem };
  if (!price.includes('.') && thousands.test(cell(cells, 2))) return { row, problem: 'not_a_number' };
  // Some models leave the action out; then everything after it stands one cell earlier.
  const skipped = confidenceOf(cell(cells, 2)) === undefined ? 0 : 1;
  const claim: ReplyRow = { row, price, reason: reasonOf(cell(cells, 4 - skipped)) };
  const confidence = confidenceOf(cell(cells, 3 - skipped));
  if (confidence !== undefined) claim.confidence = confidence;
  return claim;
}

function cell(cells: readonly string[], index: number): string {
  const text = (cells[index] ?? '').trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}
