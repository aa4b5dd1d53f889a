/** @import { App } from './shapes.d.ts' */
import { byId, fill, h } from './elements.js';

/**
 * Whose login this is, and the way out.
 *
 * @param {App} app
 */
export function who({ who: { name, scope } }) {
  const allows = { read: 'looks only', write: 'may submit and replay', admin: 'may do everything' }[scope];
  fill(
    byId('who'),
    h('span', { title: `Key ${name}, scope ${scope}: ${allows}` }, name, ' ', h('small', {}, scope)),
    h('form', { method: 'post', action: '/logout' }, h('button', { class: 'quiet' }, 'Log out')),
  );
}
