/** @import { Limits, Section } from './shapes.d.ts' */
import { byId, fill, h, setText } from './elements.js';
import { compact, duration, percent } from './format.js';
import { meter } from './meter.js';

/**
 * How much of the requests and tokens a minute is used.
 *
 * @returns {Section}
 */
export function rate() {
  const requests = meter('Requests a minute');
  const tokens = meter('Tokens a minute');
  const learned = h('p', { class: 'detail' });
  tokens.element.classList.add('small');
  fill(byId('rate'), requests.element, tokens.element, learned);
  return ({ stats, limits }) => {
    if (!stats) return;
    const { rpm, tpm } = stats.rate;
    requests.show({
      ...gauge(rpm),
      head: `${compact(rpm.usedLastMinute)}${rpm.limit > 0 ? ` of ${compact(rpm.limit)}` : ''}`,
      unit: 'requests/min',
      detail: said(rpm),
    });
    tokens.element.hidden = tpm.limit === 0;
    tokens.show({
      ...gauge(tpm),
      head: `${compact(tpm.usedLastMinute)} of ${compact(tpm.limit)}`,
      unit: 'tokens/min',
      detail: said(tpm),
    });
    const rest = stats.queue.restingMs > 1000 ? `The queue rests for ${duration(stats.queue.restingMs / 1000)}. ` : '';
    setText(learned, rest + told(limits));
  };
}

/** @param {{ limit: number, usedLastMinute: number }} use */
function gauge({ limit, usedLastMinute }) {
  return { value: usedLastMinute, limit };
}

/**
 * @param {{ limit: number, usedLastMinute: number }} use
 */
function said({ limit, usedLastMinute }) {
  if (limit === 0) return 'In the last minute; there is no limit.';
  return `${percent((usedLastMinute / limit) * 100)} of the limit in the last minute.`;
}

/** @param {Limits | null} limits */
function told(limits) {
  if (!limits?.learnedRpm || limits.learnedRpm >= (limits.rpm || Number.POSITIVE_INFINITY)) return '';
  return `The gateway itself allows ${compact(limits.learnedRpm)} requests a minute, and that is kept to.`;
}
