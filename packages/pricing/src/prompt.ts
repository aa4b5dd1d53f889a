import type { Bounds } from './bounds.ts';
import { currencyDigits } from './currency.ts';
import { marketMinor } from './market.ts';
import { formatMoney } from './money.ts';
import { fixedText, systemText } from './prompt-text.ts';
import { overstock, scarcity } from './scores.ts';
import type { Snapshot } from './snapshot.ts';
import type { Strategy } from './strategy.ts';

/** One SKU of a pack as the prompt sees it. */
export interface PromptRow {
  snapshot: Snapshot;
  bounds: Bounds;
  /** The live price, or the stated one until we published ours. */
  currentMinor: number;
}

/** A model call's messages and its worst case in tokens, known before the call. */
export interface Prompt {
  messages: readonly { role: 'system' | 'user'; content: string }[];
  /** Enough for one reply line a row. */
  maxTokens: number;
  /** No tokenizer counts more for the messages, see `worstTokens`. */
  worstPromptTokens: number;
}

/** What chat templates add around messages; OpenAI documents 3 a message and 3 for the reply, others take up to 8. */
const overheadTokens = 24;

/** A usual reply line is 11 to 13 tokens; the rest is for models that count digits one by one. */
const replyTokensPerRow = 18;
const replyTokensAround = 16;
/** Characters of a reply line beside its price: row, action, confidence, reason, commas and line end. */
const replyCharactersBesidePrice = 13;

const longestTitle = 80;

/** The table's columns beside `row`: a value per row in few tokens, or '' where it is not known. */
interface Column {
  name: string;
  cells: string[];
}

/**
 * The messages for a pack: the system message is a stable prefix per strategy, the user message ends with the table,
 * one header line and one CSV line a SKU, `row` from 1. A column that no row fills is left out. No SKU, title or other
 * text of the merchant's goes in unless the strategy quotes titles, and then JSON-quoted, at most 80 characters, last.
 */
export function buildPrompt(rows: readonly PromptRow[], strategy: Strategy): Prompt {
  const quotesTitle = strategy.quoteTitle === true;
  const table = tableOf(rows, quotesTitle);
  const worstPromptTokens =
    Math.ceil(fixedText(quotesTitle).length / 2) +
    Buffer.byteLength(strategy.guidance) +
    Buffer.byteLength(table) +
    overheadTokens;
  return {
    messages: [
      { role: 'system', content: systemText(strategy.guidance, quotesTitle) },
      { role: 'user', content: table },
    ],
    maxTokens: maxReplyTokens(rows),
    worstPromptTokens,
  };
}

function tableOf(rows: readonly PromptRow[], quotesTitle: boolean): string {
  const columns = columnsOf(rows, quotesTitle).filter((column) => column.cells.some((cell) => cell !== ''));
  let table = preface(rows);
  table += 'row';
  for (const column of columns) table += `,${column.name}`;
  for (let index = 0; index < rows.length; index += 1) {
    table += `\n${index + 1}`;
    for (const column of columns) table += `,${column.cells[index]}`;
  }
  return table;
}

function columnsOf(rows: readonly PromptRow[], quotesTitle: boolean): Column[] {
  const price: string[] = [];
  const currency: string[] = [];
  const low: string[] = [];
  const high: string[] = [];
  const scarce: string[] = [];
  const full: string[] = [];
  const market: string[] = [];
  const title: string[] = [];
  const mixed = hasMixedCurrencies(rows);
  for (const { snapshot, bounds, currentMinor } of rows) {
    const knowsSupply = snapshot.stock !== undefined || snapshot.demand !== undefined;
    const median = marketMinor(snapshot.competitorsMinor);
    price.push(shortMoney(currentMinor, snapshot));
    currency.push(mixed ? snapshot.currency : '');
    low.push(shortMoney(bounds.floorMinor, snapshot));
    high.push(shortMoney(bounds.ceilingMinor, snapshot));
    scarce.push(knowsSupply ? String(Math.round(scarcity(snapshot) * 99)) : '');
    full.push(knowsSupply ? String(Math.round(overstock(snapshot) * 99)) : '');
    market.push(median === undefined ? '' : shortMoney(median, snapshot));
    title.push(quotesTitle && snapshot.title !== undefined ? quoted(snapshot.title) : '');
  }
  return [
    { name: 'price', cells: price },
    { name: 'currency', cells: currency },
    { name: 'low', cells: low },
    { name: 'high', cells: high },
    { name: 'scarcity', cells: scarce },
    { name: 'overstock', cells: full },
    { name: 'market', cells: market },
    { name: 'title', cells: title },
  ];
}

/** One currency for the whole pack is said once, above the table. */
function preface(rows: readonly PromptRow[]): string {
  const first = rows[0]?.snapshot.currency;
  return first === undefined || hasMixedCurrencies(rows) ? '' : `Prices in ${first}\n`;
}

function hasMixedCurrencies(rows: readonly PromptRow[]): boolean {
  const first = rows[0]?.snapshot.currency;
  return rows.some(({ snapshot }) => snapshot.currency !== first);
}

/** Whole amounts without their zeros: `12.00` is 3 tokens, `12` one. */
function shortMoney(minor: number, { currency }: Snapshot): string {
  const text = formatMoney(minor, currency);
  const digits = currencyDigits(currency);
  return digits > 0 && text.endsWith('0'.repeat(digits)) ? text.slice(0, -digits - 1) : text;
}

/** As a JSON string on one line, without the marks that chat templates take for the end of a message. */
function quoted(title: string): string {
  const characters = [...title.slice(0, 2 * longestTitle)].slice(0, longestTitle).join('');
  return JSON.stringify(characters.toWellFormed().replaceAll('<|', '< |').replaceAll('|>', '| >'));
}

/** A line never has more tokens than characters, so this holds for any tokenizer and any price within bounds. */
function maxReplyTokens(rows: readonly PromptRow[]): number {
  let tokens = replyTokensAround;
  for (const { snapshot, bounds } of rows) {
    const longestPrice = formatMoney(bounds.ceilingMinor, snapshot.currency).length;
    tokens += Math.max(replyTokensPerRow, replyCharactersBesidePrice + longestPrice);
  }
  return tokens;
}
