import type { CallFaults } from './faults.ts';
import type { PricedRow, PriceReason } from './pricing-rules.ts';

/** The codes that the prompt of @reprice/pricing asks for. */
const reasonCodes: Readonly<Record<PriceReason, string>> = {
  scarce: 's',
  overstock: 'o',
  competitor: 'c',
  margin: 'm',
  demand: 'd',
  hold: 'h',
};

const actionCodes: Readonly<Record<PricedRow['action'], string>> = { raise: 'r', cut: 'c', hold: 'h' };

/** One line of an answer, as the prompt asks for it. */
function lineOf(row: PricedRow): string {
  return `${row.row},${row.price},${actionCodes[row.action]},${row.confidence},${reasonCodes[row.reason]}\n`;
}

/** The text of an answer, in pieces that end where a row ends, so that it can be cut and streamed by rows. */
export function answerPieces(rows: readonly PricedRow[], faults: CallFaults, form: JsonForm): string[] {
  const { names } = faults;
  const pieces = names.has('jsonForm') ? jsonPieces(rows, form) : rows.map(lineOf);
  if (names.has('fences')) {
    pieces.unshift('```csv\n');
    pieces.push('```\n');
  }
  if (names.has('prose')) {
    pieces.unshift('Here are the prices you asked for, with scarcity, stock and the market weighed:\n\n');
    pieces.push('\nI kept every price within its range. Tell me if you would like another strategy.\n');
  }
  return pieces;
}

/** Which JSON to answer in; `lines` is an object a line, `fenced` an object in a code fence. */
export type JsonForm = 'object' | 'array' | 'fenced' | 'lines';

function jsonPieces(rows: readonly PricedRow[], form: JsonForm): string[] {
  const items = rows.map((row) =>
    JSON.stringify({
      // Spoilt rows are sent as they are: a price that is no number can only be a string.
      row: Number(row.row),
      price: /^\d+(?:\.\d+)?$/.test(row.price) ? Number(row.price) : row.price,
      confidence: row.confidence,
      reason: row.reason,
    }),
  );
  if (form === 'lines') return items.map((item) => `${item}\n`);
  const listed = items.map((item, index) => (index < items.length - 1 ? `${item},` : item));
  if (form === 'array') return ['[', ...listed, ']'];
  const object = ['{"prices":[', ...listed, ']}'];
  return form === 'fenced' ? ['```json\n', ...object, '\n```\n'] : object;
}
