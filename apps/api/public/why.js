/** @import { Why } from './shapes.d.ts' */
import { h } from './elements.js';
import { percent, usd } from './format.js';
import { guardrailSentence, reasonWords } from './words.js';

/**
 * How a price came about: from the suggestion over each guardrail to what was published.
 *
 * @param {Why} why
 * @param {boolean} isLive whether it is the price of now
 */
export function whyPart(why, isLive) {
  const {
    price,
    suggestion,
    bounds,
    limits = [],
    steps = [],
    inputs,
    policy,
    call,
    reproduces,
    known,
    detail,
    tier,
  } = why;
  const reason = suggestion?.reason ?? price.reason;
  return h(
    'section',
    {},
    h('h3', { tabindex: -1 }, isLive ? 'Why' : `Why it was ${price.price} (revision ${price.revision})`),
    reason && h('p', {}, `${capital(reasonWords(reason))}.`),
    suggestion && path(suggestion, steps, price),
    tier && h('p', { class: 'detail' }, tier.because),
    bounds &&
      h(
        'p',
        { class: 'detail' },
        `It may lie between ${bounds.floor} (${guardrailSentence(bounds.floorFrom)}) and ${bounds.ceiling} (${guardrailSentence(bounds.ceilingFrom)}).`,
      ),
    ...limits.map(({ guardrail, lowest, highest }) =>
      h('p', { class: 'detail' }, `${capital(guardrailSentence(guardrail))}: from ${lowest} to ${highest}.`),
    ),
    detail && h('p', { class: 'detail' }, detail),
    known === 'all' && h('p', { class: 'detail' }, proof(reproduces, policy, call)),
    inputs && h('details', {}, h('summary', {}, 'What was known of it then'), facts(inputs)),
  );
}

/**
 * @param {NonNullable<Why['suggestion']>} suggestion
 * @param {NonNullable<Why['steps']>} steps
 * @param {Why['price']} price
 */
function path(suggestion, steps, price) {
  const sure = suggestion.confidence === undefined ? '' : `, confidence ${percent(suggestion.confidence * 100)}`;
  return h(
    'ol',
    { class: 'steps' },
    h('li', {}, h('b', {}, suggestion.price), h('span', {}, `suggested${sure}`)),
    ...steps.map(({ guardrail, to }) =>
      h('li', { class: 'clamp' }, h('b', {}, to), h('span', {}, guardrailSentence(guardrail))),
    ),
    h(
      'li',
      { class: 'published' },
      h('b', {}, price.price),
      h('span', {}, steps.length === 0 ? 'published as suggested' : 'published'),
    ),
  );
}

/**
 * @param {boolean | undefined} reproduces
 * @param {Why['policy']} policy
 * @param {Why['call']} call
 */
function proof(reproduces, policy, call) {
  const same = reproduces
    ? 'The same record gives the same price again.'
    : 'The same record gives another price today.';
  const by = policy?.version ? ` Policy ${policy.version}, prompt ${policy.promptVersion ?? '–'}.` : '';
  const cost = call?.costUsd ? ` Its share of the call cost ${usd(call.costUsd)}.` : '';
  return `${same}${by}${cost}`;
}

/** @param {Record<string, unknown>} inputs */
function facts(inputs) {
  const entries = Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null);
  return h(
    'dl',
    {},
    ...entries.flatMap(([name, value]) => [
      h('dt', {}, name),
      h('dd', {}, Array.isArray(value) ? value.join(', ') : String(value)),
    ]),
  );
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
