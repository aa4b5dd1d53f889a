import { type Family, get, type HostileCase, line, post } from './hostile-case.ts';

const put = (body: unknown): HostileCase['send'] => post('/v1/canary', body, 'PUT');
const model = 'gpt-4.1-mini';

/** That the refused change left the canary as it was: there is none. */
const keptOff: NonNullable<HostileCase['holds']> = async (_, stand) => {
  const { body } = await stand.json('read', 'GET', '/v1/canary');
  return body.state === 'off' && body.percent === 0 ? undefined : `the canary is ${JSON.stringify(body)}`;
};
const admin = { who: 'admin', holds: keptOff } as const;

const refused = (row: string, name: string, body: unknown): HostileCase =>
  line(row, name, put(body), 400, 'validation', admin);

/** Rows 128 to 131. (Keys of the gateway, 132 and 133, come from the environment or a file, never by a request.) */
const cases: HostileCase[] = [
  refused('128', 'a share of 101', { percent: 101, model }),
  refused('129', 'a share of -1', { percent: -1, model }),
  refused('130', 'a share of NaN', { percent: 'NaN', model }),
  refused('130b', 'no share', { model }),
  refused('130c', 'a share of 1e308', { percent: 1e308, model }),
  refused('131', 'an unknown model', { percent: 5, model: 'gpt-nobody' }),
  refused('131b', 'a model of the prototype', { percent: 5, model: '__proto__' }),
  refused('131c', 'guidance for the prototype', { percent: 5, guidance: JSON.parse('{"__proto__":"x"}') }),
  refused('131d', 'guidance of 1 MB', { percent: 5, guidance: { balanced: 'x'.repeat(900_000) } }),
  refused('131e', 'a tolerance below 0', { percent: 5, model, tolerance: { errorPoints: -1 } }),
  line(
    '131f',
    'who did it, told by the caller',
    put({ percent: 5, model, by: 'the boss' }),
    400,
    'unknown-field',
    admin,
  ),
  refused('131i', 'a mode of the prototype', { percent: 5, model, mode: '__proto__' }),
  refused('131j', 'a list of modes', { percent: 5, model, mode: ['shadow', 'canary'] }),
  line('131k', 'parity within NaN %', get('/v1/canary/parity?percent=NaN'), 400, 'validation', admin),
  line('131l', 'parity within 1e3 %', get('/v1/canary/parity?percent=1e3'), 400, 'validation', admin),
  line('131g', 'promote none', post('/v1/canary/promote', {}), 409, 'conflict', admin),
  line('131h', 'roll none back', post('/v1/canary/rollback', {}), 409, 'conflict', admin),
];

/** What changes the route. */
export const canaryFamilies: Family[] = [{ name: 'canary', cases }];
