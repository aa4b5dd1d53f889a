import { h } from './elements.js';
import { priorities } from './headline.js';

const endings = '.csv,.ndjson,.jsonl,.json,text/csv,application/json,application/x-ndjson';

/**
 * What a person chooses for a submission: the file, and how it is to be taken.
 *
 * @param {File | undefined} dropped the file, if there is one already
 */
export function uploadFields(dropped) {
  const file = h('input', { type: 'file', id: 'upload-file', accept: endings, required: true });
  if (dropped) {
    const list = new DataTransfer();
    list.items.add(dropped);
    file.files = list.files;
  }
  const options = priorities.map((name) => h('option', { value: name, selected: name === 'normal' }, name));
  const priority = h('select', { id: 'upload-priority' }, ...options);
  const currency = h('input', {
    id: 'upload-currency',
    maxlength: 3,
    size: 6,
    pattern: '[A-Za-z]{3}',
    title: 'Three letters, e.g. EUR',
    placeholder: 'EUR',
    autocapitalize: 'characters',
  });
  const columns = 'sku=Variant SKU, price=Variant Price';
  const map = h('input', { id: 'upload-map', spellcheck: 'false', placeholder: columns });
  const dryRun = h('input', { type: 'checkbox', id: 'upload-dry-run' });
  const force = h('input', { type: 'checkbox', id: 'upload-force' });
  return {
    file,
    fields: [
      h('label', { for: 'upload-file' }, 'Catalogue: CSV, NDJSON or JSON'),
      file,
      h(
        'div',
        { class: 'pair' },
        h('div', {}, h('label', { for: 'upload-priority' }, 'Priority'), priority),
        h('div', {}, h('label', { for: 'upload-currency' }, 'Currency, where a line has none'), currency),
      ),
      h('label', { for: 'upload-map' }, 'Columns of a CSV that have other names'),
      map,
      h('label', { class: 'check' }, dryRun, h('span', {}, 'Dry run: compute and pay for all prices, publish none')),
      h('label', { class: 'check' }, force, h('span', {}, 'Ask anew for SKUs that have not changed, too')),
    ],
    /** The choices as query parameters. */
    query() {
      const query = new URLSearchParams({ priority: priority.value });
      if (currency.value !== '') query.set('currency', currency.value.toUpperCase());
      if (map.value.trim() !== '') query.set('map', map.value);
      if (dryRun.checked) query.set('mode', 'dry-run');
      if (force.checked) query.set('force', 'true');
      return query;
    },
  };
}
