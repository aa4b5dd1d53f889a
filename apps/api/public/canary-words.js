/** @import { CanaryState } from './shapes.d.ts' */
import { moment } from './format.js';

/** What it asks for, in place of what the stable route does. @param {CanaryState} canary */
export function askedWords({ model, guidance = {} }) {
  const worded = Object.keys(guidance);
  return [...(model ? [model] : []), ...(worded.length > 0 ? [`other words for ${worded.join(', ')}`] : [])].join(
    ' and ',
  );
}

/** The state of the canary or shadow in some sentences. @param {CanaryState} canary */
export function canaryWords(canary) {
  const { state, mode, percent, since, reason, by, cooldownUntil } = canary;
  const what = askedWords(canary);
  if (state === 'rolled_back') {
    const who = by === 'judge' ? 'by itself' : by ? `by ${by}` : 'by hand';
    const wait =
      cooldownUntil && Date.parse(cooldownUntil) > Date.now() ? ` None begins before ${moment(cooldownUntil)}.` : '';
    return `${what} was rolled back ${who}${reason ? `: ${reason}` : ''}. The stable route answers for all SKUs.${wait}`;
  }
  const began = since ? `, since ${moment(since)}` : '';
  if (mode === 'shadow')
    return `${what} is asked for ${percent} % of the SKUs, once the stable route has priced them${began}. Nothing of it is published.`;
  const judged =
    state === 'promoted'
      ? 'It is promoted, and judged no more: make it the stable model and end it.'
      : 'Judged each second, it is rolled back by itself if it is worse than stable.';
  return `${what} answers for ${percent} % of the SKUs, always the same${began}. ${judged}`;
}
