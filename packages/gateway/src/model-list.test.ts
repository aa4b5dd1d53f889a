import { expect, it } from 'vitest';
import { modelNames } from './model-list.ts';

it.each<[string, string, readonly string[] | undefined]>([
  ['a list', '{"object":"list","data":[{"id":"a","object":"model"},{"id":"b"}]}', ['a', 'b']],
  ['an empty list', '{"data":[]}', undefined],
  ['another object', '{"ok":true}', undefined],
  ['entries without a name', '{"data":[{"id":7}]}', undefined],
  ['null', 'null', undefined],
  ['no JSON', '', undefined],
])('reads the names of %s', (_what, body, names) => {
  expect(modelNames(body)).toEqual(names);
});
