import { count, exactDollars, signedPercent } from './figures.ts';
import { type Output, printable } from './output.ts';
import type { PriceStory } from './price-responses.ts';
import { facts } from './table.ts';
import { conversionLines } from './unused-competitors.ts';

const longestInput = 200;

function inputText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(' | ');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

function boundText(amount: string | null | undefined, from: string): string {
  return amount == null ? 'none' : `${amount}${from && ` (${from})`}`;
}

function suggestionText({ suggestion, price }: PriceStory): string {
  if (suggestion == null) return '';
  const notes = [
    suggestion.confidence == null ? '' : `confidence ${suggestion.confidence}`,
    suggestion.reason && `reason ${suggestion.reason}`,
  ].filter(Boolean);
  return `${suggestion.price} ${price.currency}${notes.length > 0 ? `, ${notes.join(', ')}` : ''}`;
}

function policyText({ policy }: PriceStory): string {
  if (policy == null) return '';
  const parts = [
    policy.strategy,
    policy.version == null ? '' : `version ${policy.version}`,
    policy.promptVersion == null ? '' : `prompt ${policy.promptVersion}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function headOf({ price }: PriceStory): string {
  const notes = [
    price.previousPrice == null ? 'first price' : `before ${price.previousPrice}`,
    signedPercent(price.changePercent),
    price.revision == null ? '' : `revision ${price.revision}`,
  ];
  return `${price.price} ${price.currency} (${notes.filter(Boolean).join(', ')})`;
}

function reproducesText({ reproduces }: PriceStory): string {
  if (reproduces == null) return '';
  return reproduces
    ? 'yes: the same record through the guardrails gives the same price again'
    : 'no: the same record gives another price now';
}

/** Who or what made the suggestion; of a person by which key, and why. */
function suggesterText({ price, model, route }: PriceStory): string {
  if (price.source === 'rules') return 'the rules engine';
  if (price.source !== 'manual') return [model ?? price.model, route ?? price.route].filter(Boolean).join(', ');
  return printable(
    ['a person', price.by && ` (${price.by})`, price.note && `: ${price.note}`].filter(Boolean).join(''),
  );
}

function freshnessText({ freshness }: PriceStory): string {
  if (freshness == null) return '';
  const { ttlSeconds, learned, dueAt, because } = freshness;
  if (because === 'policy') return 'until the next observation: its strategy, prompt or model is another by now';
  if (dueAt == null) return 'until something moves enough';
  const age = `${count(ttlSeconds)} s${learned ? ', learned of this SKU' : ''}`;
  return `until something moves enough, or the first observation after ${dueAt} (${age})`;
}

/** How a price came about, told in the order in which it happened: inputs, bounds, suggestion, each guardrail, price. */
export function storyText(output: Output, story: PriceStory): string {
  const { price, bounds, steps, call } = story;
  const inputs = Object.entries(story.inputs ?? {}).filter(([name, value]) => name !== 'sku' && value != null);
  const section = (head: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', output.bold(head), ...lines];
  const clamps: [string, string][] =
    steps.length > 0
      ? steps.map(({ guardrail, from, to }) => [guardrail, `${from} → ${to}`])
      : [['guardrails', story.known === 'part' ? '' : 'none moved it']];
  const cost = call?.costUsd ?? price.costUsd;
  return [
    `${output.bold(printable(story.sku))}  ${printable(headOf(story))}`,
    ...section(
      'What was known',
      facts(
        inputs.map(([name, value]) => [name, inputText(value)]),
        longestInput,
      ),
    ),
    ...section('Competitors in other currencies', conversionLines(story)),
    ...section(
      'Bounds',
      bounds == null
        ? []
        : facts([
            ['floor', boundText(bounds.floor, bounds.floorFrom)],
            ['ceiling', boundText(bounds.ceiling, bounds.ceilingFrom)],
          ]),
    ),
    ...section(
      'How it went',
      facts([
        ['suggested', suggestionText(story)],
        ['by', suggesterText(story)],
        ['tier', story.tier == null ? '' : printable(`${story.tier.name}: ${story.tier.because}`, 400)],
        ...clamps,
        ['published', `${price.price} ${price.currency}`],
      ]),
    ),
    ...section(
      'Decided by',
      facts([
        ['policy', policyText(story)],
        [
          'call',
          [call?.batchId && `batch ${call.batchId}`, call?.jobId && `job ${call.jobId}`].filter(Boolean).join(', '),
        ],
        ['cost', cost == null ? '' : exactDollars(cost)],
        ['snapshot of', price.snapshotAt ?? ''],
        ['priced at', price.pricedAt ?? ''],
        ['reproduces', reproducesText(story)],
        ['holds', freshnessText(story)],
      ]),
    ),
    ...(story.detail ? ['', printable(story.detail, 500)] : []),
  ].join('\n');
}
