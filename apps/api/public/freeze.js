/** @import { App, Freeze, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { confirmDialog } from './dialog.js';
import { byId, fill, h, whenChanged } from './elements.js';

/**
 * The switch that stops all calls and all publishing, for those who may.
 *
 * @param {App} app
 * @returns {Section}
 */
export function freezeSwitch(app) {
  const place = h('span', {});
  byId('actions').append(place);
  const draw = whenChanged((/** @type {boolean | null} */ frozen) => {
    if (frozen === null || !app.canWrite) return fill(place);
    const flip = () => (frozen ? thaw(app) : freeze(app));
    fill(place, h('button', { type: 'button', onclick: flip }, frozen ? 'Go on…' : 'Freeze…'));
  });
  return ({ freeze: now }) => draw(now ? now.frozen : null);
}

/** @param {App} app */
function freeze(app) {
  const reason = h('input', {
    id: 'freeze-reason',
    maxlength: 200,
    required: true,
    placeholder: 'e.g. prices of shoes look wrong',
  });
  confirmDialog({
    title: 'Freeze all prices?',
    text: [
      h(
        'p',
        {},
        'No call is made and nothing is published but what a person approves. Packs keep their place and lose no attempt; what is published stays.',
      ),
    ],
    fields: [h('label', { for: 'freeze-reason' }, 'Why'), reason],
    act: 'Freeze',
    kind: 'danger',
    work: () => put(app, { frozen: true, reason: reason.value }, 'Frozen.'),
  });
}

/** @param {App} app */
function thaw(app) {
  confirmDialog({
    title: 'Go on?',
    text: [h('p', {}, 'Calls are made and prices are published again at once.')],
    act: 'Go on',
    work: () => put(app, { frozen: false }, 'Not frozen any more.'),
  });
}

/**
 * @param {App} app
 * @param {{ frozen: boolean, reason?: string }} body
 * @param {string} said
 */
async function put({ state, changed, say }, body, said) {
  state.freeze = /** @type {Freeze} */ (await call('/v1/freeze', { method: 'PUT', body }));
  say(said);
  changed();
}
