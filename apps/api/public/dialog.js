/** @import { Child } from './elements.js' */
import { asProblem } from './api.js';
import { fill, h } from './elements.js';

/** Faults of one problem that are shown. */
const placesShown = 10;

let dialogs = 0;

/**
 * Opens a dialog. It is removed when it is closed, by Escape too, and the focus goes back to where it was.
 *
 * @param {string} title
 * @param {Child[]} children
 * @param {{ kind?: string, onclose?: () => void }} [options]
 */
export function openDialog(title, children, { kind = '', onclose } = {}) {
  const id = `dialog-${++dialogs}`;
  const close = h(
    'button',
    { class: 'quiet close', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() },
    '×',
  );
  const heading = h('h2', { id, tabindex: -1 }, title);
  const body = h('div', { class: 'dialog-body' }, ...children);
  const dialog = h(
    'dialog',
    { class: kind, 'aria-labelledby': id },
    h('div', { class: 'dialog-head' }, heading, close),
    body,
  );
  const before = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    onclose?.();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  // A click beside it, on the backdrop.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  heading.focus();
  return { dialog, body, heading };
}

/**
 * A problem as the page tells it: its title, its sentence, and the place of each fault.
 *
 * @param {unknown} error
 */
export function problemBox(error) {
  const { title, detail, errors = [], requestId } = asProblem(error);
  const places = [...new Set(errors.map((place) => place.detail))].slice(0, placesShown);
  return h(
    'div',
    { class: 'banner bad', role: 'alert' },
    h('strong', {}, title),
    places.length > 1 ? h('ul', {}, ...places.map((place) => h('li', {}, place))) : h('p', {}, detail),
    requestId && h('small', {}, `Request ${requestId}`),
  );
}

/**
 * Asks before something is done. The work is done while the dialog is open; if it fails, the dialog tells why and stays.
 *
 * @param {{ title: string, text: Child[], act: string, kind?: string, fields?: Child[], work: () => Promise<void> }} question
 */
export function confirmDialog({ title, text, act, kind = '', fields = [], work }) {
  const problem = h('div', {});
  const submit = h('button', { class: `primary ${kind}` }, act);
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, 'Leave it');
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    submit.disabled = true;
    fill(problem);
    try {
      await work();
      dialog.close();
    } catch (error) {
      fill(problem, problemBox(error));
      submit.disabled = false;
      submit.focus();
    }
  };
  const form = h('form', { onsubmit }, ...fields, problem, h('div', { class: 'buttons' }, submit, cancel));
  const { dialog } = openDialog(title, [h('div', { class: 'text' }, ...text), form], { kind: 'small' });
  const first = form.querySelector('input, select, button');
  if (first instanceof HTMLElement) first.focus();
}
