/** @import { App, Batch, Section } from './shapes.d.ts' */
import { openDialog, problemBox } from './dialog.js';
import { byId, fill, h, setText } from './elements.js';
import { priorities } from './headline.js';
import { outcome } from './upload-outcome.js';
import { fileFormat, newKey, send } from './upload-send.js';

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
  const file = h('input', {
    type: 'file',
    id: 'upload-file',
    accept: '.csv,.ndjson,.jsonl,.json,text/csv,application/json,application/x-ndjson',
    required: true,
  });
  if (dropped) {
    const list = new DataTransfer();
    list.items.add(dropped);
    file.files = list.files;
  }
  const priority = h(
    'select',
    { id: 'upload-priority' },
    ...priorities.map((name) => h('option', { value: name, selected: name === 'normal' }, name)),
  );
  const currency = h('input', {
    id: 'upload-currency',
    maxlength: 3,
    size: 6,
    pattern: '[A-Za-z]{3}',
    title: 'Three letters, e.g. EUR',
    placeholder: 'EUR',
    autocapitalize: 'characters',
  });
  const dryRun = h('input', { type: 'checkbox', id: 'upload-dry-run' });
  const force = h('input', { type: 'checkbox', id: 'upload-force' });
  const problem = h('div', {});
  const submit = h('button', { class: 'primary' }, 'Submit');
  const share = h('progress', { max: 100, value: 0, 'aria-label': 'Upload' });
  const sent = h('p', { class: 'detail', role: 'status' });
  const progress = h('div', { hidden: true }, share, sent);
  const form = h(
    'form',
    { class: 'upload' },
    h('label', { for: 'upload-file' }, 'Catalogue: CSV, NDJSON or JSON'),
    file,
    h(
      'div',
      { class: 'pair' },
      h('div', {}, h('label', { for: 'upload-priority' }, 'Priority'), priority),
      h('div', {}, h('label', { for: 'upload-currency' }, 'Currency, where a line has none'), currency),
    ),
    h('label', { class: 'check' }, dryRun, h('span', {}, 'Dry run: compute and pay for all prices, publish none')),
    h('label', { class: 'check' }, force, h('span', {}, 'Ask anew for SKUs that have not changed, too')),
    problem,
    progress,
    h('div', { class: 'buttons' }, submit),
  );
  // Another file or choice is another submission; the same once more after a cut is not.
  form.addEventListener('change', () => {
    key = newKey();
    fill(problem);
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    fill(problem);
    const chosen = file.files?.[0];
    if (!chosen) return;
    const format = fileFormat(chosen);
    if (!format) return fill(problem, wrongName(chosen.name));
    submit.disabled = true;
    progress.hidden = false;
    const query = new URLSearchParams({ priority: priority.value });
    if (currency.value !== '') query.set('currency', currency.value.toUpperCase());
    if (dryRun.checked) query.set('mode', 'dry-run');
    if (force.checked) query.set('force', 'true');
    try {
      const batch = await send(
        chosen,
        {
          format,
          query,
          key,
          started: (request) => {
            sending = request;
          },
        },
        (percent) => {
          share.value = percent;
          setText(sent, percent < 100 ? `${Math.floor(percent)} % sent` : 'All sent; Reprice checks the last lines.');
        },
      );
      const result = outcome(/** @type {Batch} */ (batch), chosen.name);
      fill(body, result.element);
      setText(heading, 'Submitted');
      heading.focus();
      follow(result.show);
      await app.refresh();
    } catch (error) {
      fill(problem, problemBox(error));
      progress.hidden = true;
      submit.disabled = false;
    }
  });
  const { body, heading } = openDialog('Submit a catalogue', [form], {
    kind: 'small',
    onclose: () => sending?.abort(),
  });
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
