/** @import { App, Section } from './shapes.d.ts' */
import { openDialog, problemBox } from './dialog.js';
import { byId, fill, h, setText } from './elements.js';
import { uploadFields } from './upload-fields.js';
import { outcome } from './upload-outcome.js';
import { fileFormat, newKey, send } from './upload-send.js';
import { formProblem } from './upload-words.js';

/**
 * Submitting a catalogue: by dropping a file anywhere, or by choosing one.
 *
 * @param {App} app
 * @returns {Section}
 */
export function upload(app) {
  if (!app.canWrite) return () => {};
  /** @type {Section | undefined} */
  let follow;
  const open = (/** @type {File | undefined} */ file) => {
    follow = undefined;
    openUpload(app, file, (section) => {
      follow = section;
    });
  };
  byId('actions').append(
    h('button', { type: 'button', class: 'primary', onclick: () => open(undefined) }, 'Submit a catalogue…'),
  );
  acceptDrops((file) => open(file));
  return (state) => follow?.(state);
}

/**
 * Lets a file be dropped anywhere on the page.
 *
 * @param {(file: File) => void} take
 */
function acceptDrops(take) {
  const overlay = byId('drop');
  const isFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;
  let depth = 0;
  addEventListener('dragenter', (event) => {
    if (!isFile(event)) return;
    depth++;
    overlay.hidden = false;
  });
  addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    overlay.hidden = depth === 0;
  });
  addEventListener('dragover', (event) => {
    if (isFile(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    depth = 0;
    overlay.hidden = true;
    if (!isFile(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}

/**
 * @param {App} app
 * @param {File | undefined} dropped
 * @param {(section: Section) => void} follow
 */
function openUpload(app, dropped, follow) {
  let key = newKey();
  /** @type {XMLHttpRequest | undefined} */
  let sending;
  const { fields, file, query } = uploadFields(dropped);
  const problem = h('div', {});
  const submit = h('button', { class: 'primary' }, 'Submit');
  const share = h('progress', { max: 100, value: 0, 'aria-label': 'Upload' });
  const sent = h('p', { class: 'detail', role: 'status' });
  const progress = h('div', { hidden: true }, share, sent);
  const form = h('form', {}, ...fields, problem, progress, h('div', { class: 'buttons' }, submit));
  // Another file or choice is another submission; the same once more after a cut is not. At each input, not when a field is left: then the
  // button would jump away under the click.
  form.addEventListener('input', () => {
    key = newKey();
    fill(problem);
  });
  const started = (/** @type {XMLHttpRequest} */ request) => {
    sending = request;
  };
  const told = (/** @type {number} */ percent) => {
    share.value = percent;
    setText(sent, percent < 100 ? `${Math.floor(percent)} % sent` : 'All sent; Reprice checks the last lines.');
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    fill(problem);
    const chosen = file.files?.[0];
    if (!chosen) return;
    const format = fileFormat(chosen);
    if (!format) return fill(problem, wrongName(chosen.name));
    submit.disabled = true;
    progress.hidden = false;
    try {
      const batch = await send(chosen, { format, query: query(), key, started }, told);
      const result = outcome(batch, chosen.name);
      fill(body, result.element);
      setText(heading, 'Submitted');
      heading.focus();
      follow(result.show);
      await app.refresh();
    } catch (error) {
      fill(problem, problemBox(formProblem(error)));
      progress.hidden = true;
      submit.disabled = false;
    }
  });
  const onclose = () => sending?.abort();
  const { body, heading } = openDialog('Submit a catalogue', [form], { kind: 'small', onclose });
  if (dropped) submit.focus();
  else file.focus();
}

/** @param {string} name */
function wrongName(name) {
  return h(
    'div',
    { class: 'banner bad', role: 'alert' },
    h('strong', {}, `${name} is no catalogue by its name`),
    h('p', {}, 'A catalogue ends in .csv, .ndjson, .jsonl or .json. From a spreadsheet, save it as CSV (UTF-8) first.'),
  );
}
