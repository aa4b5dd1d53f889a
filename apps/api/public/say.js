import { byId, h } from './elements.js';

/** How long a message stays, in ms: long enough to read it twice. */
const staysMs = 8000;

/**
 * Says something in the corner of the page; screen readers read it out.
 *
 * @param {string} text
 * @param {'good' | 'bad'} [kind]
 */
export function say(text, kind = 'good') {
  const message = h('p', { class: kind }, text);
  byId('said').append(message);
  setTimeout(() => message.remove(), staysMs);
}
