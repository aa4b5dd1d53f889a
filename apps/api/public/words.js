/** What codes of the API mean to a person. Each falls back to the code itself, its underscores made blanks. */

/** @type {Readonly<Record<string, string>>} */
const reasons = {
  scarce: 'scarce: little stock or much demand',
  overstock: 'overstock: more than sells',
  competitor: 'competitors’ prices',
  margin: 'margin: cost sets the floor',
  demand: 'demand',
  hold: 'hold: nothing to change',
  other: 'a reason of the model’s own',
};

/** @type {Readonly<Record<string, string>>} */
const guardrails = {
  floor: 'given floor',
  map: 'minimum advertised price',
  margin: 'minimum margin',
  ceiling: 'given ceiling',
  derived_floor: 'derived floor',
  derived_ceiling: 'derived ceiling',
  max_change: 'change limit a run',
  max_change_24h: 'change limit of 24 h',
  max_change_7d: 'change limit of 7 days',
  rounding: 'rounding',
};

/** @type {Readonly<Record<string, string>>} */
const guardrailsAtLength = {
  margin: 'cost with the minimum margin',
  derived_floor: 'floor derived from the reference price',
  derived_ceiling: 'ceiling derived from the reference price',
  max_change: 'largest change that one run may make',
  max_change_24h: 'largest change within 24 h',
  max_change_7d: 'largest change within 7 days',
};

/** @type {Readonly<Record<string, { title: string, advice: string }>>} */
const failures = {
  gateway_failed: {
    title: 'The gateway failed again and again',
    advice: 'Replay once the gateway is well.',
  },
  invalid_answer: {
    title: 'No usable answer from the model',
    advice: 'It was asked three times. Replay; if it comes back, look at the strategy’s prompt or model.',
  },
  guardrail_conflict: {
    title: 'The guardrails leave no price',
    advice: 'Mend the SKU’s floor, ceiling, MAP or cost and submit it again, then replay.',
  },
  needs_bounds: {
    title: 'No floor or ceiling, and the strategy requires both',
    advice: 'Submit the SKU with floor and ceiling.',
  },
  budget_exhausted: {
    title: 'The day’s budget was used up',
    advice: 'Raise the budget or wait for the next day, then replay.',
  },
  no_snapshot: { title: 'The SKU is not known any more', advice: 'Submit it again.' },
  unknown_strategy: {
    title: 'The strategy is not configured',
    advice: 'Add it to REPRICE_CONFIG of the workers, then replay.',
  },
  too_large: { title: 'The gateway takes no call this large', advice: 'Choose a model with a longer context.' },
  refused: { title: 'The gateway refused the call', advice: 'Read its words below; mend what they name, then replay.' },
  option_refused: {
    title: 'The gateway does not know a provider option',
    advice: 'Take it out of REPRICE_CONFIG of the workers, restart them, then replay.',
  },
  quarantined: { title: 'Its worker died each time it ran', advice: 'Read the worker’s log before you replay it.' },
  superseded: { title: 'A newer run overtook it, again and again', advice: 'Replay: nothing is wrong with the SKU.' },
  internal_error: { title: 'An error of our own', advice: 'The worker’s log has it; replay after an update.' },
};

/** @type {Readonly<Record<string, string>>} */
const outcomes = {
  complete: 'answered',
  cut: 'answer cut short',
  rate_limited: 'rate limited (429)',
  unauthorized: 'key refused (401, 403)',
  refused: 'refused (400)',
  overloaded: 'overloaded (5xx)',
  timeout: 'timed out',
  unreachable: 'not reached',
  unreadable: 'unreadable answer',
};

/** @param {string} code */
const plain = (code) => code.replaceAll('_', ' ');

/** Why a price was chosen. @param {string} code */
export const reasonWords = (code) => reasons[code] ?? plain(code);

/** Why a price was chosen, in a word or two. @param {string} code */
export const reasonWord = (code) => reasonWords(code).replace(/:.*/, '');

/** What moved a price, where there is room. @param {string} code */
export const guardrailSentence = (code) => guardrailsAtLength[code] ?? guardrailWords(code);

/** What moved a price. @param {string} code */
export const guardrailWords = (code) => guardrails[code] ?? plain(code);

/** Why a job failed, and what to do. @param {string} code */
export const failureWords = (code) => failures[code] ?? { title: plain(code), advice: 'Read the words below.' };

/** How a call to the gateway ended. @param {string} code */
export const outcomeWords = (code) => outcomes[code] ?? plain(code);
