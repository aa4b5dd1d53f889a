import { expect, it } from 'vitest';
import { freshStore } from './fixture.ts';

it('those are alive that gave a sign of life in the last seconds, of the kind asked for, until they take leave', async () => {
  const { store, redis } = freshStore();
  const { processes } = store;
  const ids = async (kind: 'worker' | 'api') => (await processes.alive(kind)).map(({ id }) => id);
  const self = (id: string, kind: 'worker' | 'api' = 'worker') => ({ id, kind, host: 'here', pid: 1 });
  await processes.beat(self('w1'));
  await processes.beat(self('w2'));
  await processes.beat(self('a1', 'api'));
  expect([await ids('worker'), await ids('api')]).toEqual([['w1', 'w2'], ['a1']]);
  // Silent for six seconds.
  await redis.zincrby(store.keys.processes(), -6000, 'w1');
  await processes.leave('a1');
  expect([await ids('worker'), await ids('api')]).toEqual([['w2'], []]);
});
