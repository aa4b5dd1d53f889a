import type { FaultEvent, Plan, Scenario } from '../scenario.ts';
import { reconcile } from './reopening.ts';
import { callsWithin, resumption } from './resumption.ts';

/** Faults of the gateway, each for its share of the time, one after the other. */
function parts(plan: Plan, faults: readonly (readonly [name: string, faults: object])[]): FaultEvent[] {
  return faults.map(([name, set], i) => ({
    atMs: Math.round((i / faults.length) * plan.forMs),
    name,
    run: ({ stand }) => stand.gatewayFaults(set),
  }));
}

/** One call in twenty of 20 a second: the first comes soon, and its answer a few seconds later. */
const CLOSES_WITHIN_MS = 20_000;
const ON_THEIR_WAY_MS = 1000;

const failed = { failures: ['gateway_failed'] };
// Tries that spoilt rows have used up are not there when another run publishes the SKU first.
const answered = { failures: ['gateway_failed', 'invalid_answer', 'guardrail_conflict', 'superseded'] };
const always = { probability: 1 };
const some = { probability: 0.3 };

/** Faults of the gateway, played by the simulator. */
export const gatewayScenarios: Scenario[] = [
  {
    id: 'F24',
    title: '500, 502 and 503 for 10, 50 and 100 % of the calls',
    seconds: 30,
    end: failed,
    schedule: (plan) =>
      parts(plan, [
        ['10 % 500', { status5xx: { probability: 0.1, status: 500 } }],
        ['50 % 502', { status5xx: { probability: 0.5, status: 502 } }],
        ['100 % 503', { status5xx: { probability: 1, status: 503 } }],
      ]),
  },
  {
    id: 'F25',
    title: '429 with Retry-After in seconds, as a date, absent, 10 years, -1, a word',
    seconds: 40,
    schedule: (plan) =>
      parts(plan, [
        ['429, 2 seconds', { rate429: { times: 5, retryAfter: '2' } }],
        ['429, a date', { rate429: { times: 5, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' } }],
        ['429, absent', { rate429: { times: 5, retryAfter: null } }],
        ['429, -1', { rate429: { times: 5, retryAfter: '-1' } }],
        ['429, a word', { rate429: { times: 5, retryAfter: 'soon' } }],
        ['nothing more', {}],
      ]),
  },
  {
    id: 'F26',
    title: 'one call in ten is taken and never answered',
    seconds: 30,
    end: failed,
    schedule: (plan) => parts(plan, [['hang 10 %', { hang: { probability: 0.1 } }]]),
  },
  {
    id: 'F27',
    title: 'a byte every 200 ms; headers that never end',
    seconds: 30,
    end: failed,
    schedule: (plan) =>
      parts(plan, [
        ['drip 10 %', { drip: { probability: 0.1 } }],
        ['slow headers 10 %', { slowHeaders: { probability: 0.1 } }],
      ]),
  },
  {
    id: 'F28',
    title: 'reset before, in and after the answer, for 30 % of the calls',
    seconds: 30,
    end: failed,
    schedule: (plan) =>
      parts(plan, [
        ['reset before 30 %', { reset: { ...some, when: 'before' } }],
        ['reset in 30 %', { reset: { ...some, when: 'in' } }],
        ['reset after 30 %', { reset: { ...some, when: 'after' } }],
        ['cut 30 %', { cutStream: some }],
      ]),
  },
  {
    id: 'F29',
    title: 'answers after the deadline, billed all the same',
    seconds: 25,
    end: failed,
    schedule: (plan) => parts(plan, [['answers after 4 to 9 s', { latency: { p50Ms: 5000, p99Ms: 9000 } }]]),
  },
  {
    id: 'F30',
    title: 'usage missing, negative, huge or text, and every gzip bomb and error body with it',
    seconds: 40,
    end: answered,
    schedule: (plan) =>
      parts(plan, [
        ['usage missing', { missingUsage: always }],
        ['usage negative', { strangeUsage: { ...some, form: 'negative' } }],
        ['usage text', { strangeUsage: { ...some, form: 'text' } }],
        ['error in a 200', { errorBody: { ...some, as: 'json' } }],
        ['error event', { errorBody: { ...some, as: 'event' } }],
        ['gzip bombs', { gzipBomb: { probability: 0.1 } }],
      ]),
  },
  {
    id: 'F30a',
    title: 'a few calls billed at ten times their max_tokens: the day closes, and opens when reconciled',
    seconds: 25,
    fixedLength: true,
    end: { overbills: true },
    schedule: () => [
      {
        atMs: 4000,
        name: 'bill one call in twenty at ten times its max_tokens',
        async run(scene) {
          const { stand, store, checks, sleep } = scene;
          await stand.gatewayFaults({ overbill: { probability: 0.05, factor: 10 } });
          const startedAt = performance.now();
          while (!(await store.admission.budget()).closed && performance.now() - startedAt < CLOSES_WITHIN_MS)
            await sleep(100);
          const { closed } = await store.admission.budget();
          checks
            .least('I7', 'the day is closed, and says why', 1)
            .see(closed?.reason === 'overbilled' ? 1 : 0, () => closed);
          await stand.gatewayFaults({});
          if (!closed) return;
          const calls = await callsWithin(scene, ON_THEIR_WAY_MS, 4000);
          checks.most('I7', 'calls while the day is closed', 0).see(calls);
          await reconcile(scene);
          await resumption(scene);
        },
      },
    ],
  },
  {
    id: 'F31',
    title: 'rows missing, unknown, twice, no numbers, absurd; prose, fences, JSON: 30 % each',
    seconds: 40,
    end: answered,
    schedule: (plan) =>
      parts(plan, [
        ['rows missing and unknown', { missingRows: some, unknownRows: some }],
        ['rows twice, words, absurd prices', { duplicateRows: some, nan: some, absurd: some }],
        ['prose, fences, JSON', { prose: some, fences: some, jsonForm: some }],
        [
          'all of it',
          {
            missingRows: some,
            unknownRows: some,
            duplicateRows: some,
            nan: some,
            absurd: some,
            prose: some,
            tooLong: { probability: 0.1, aboveRows: 3 },
          },
        ],
      ]),
  },
  {
    id: 'F32',
    title: 'every call takes 4 s',
    seconds: 20,
    schedule: (plan) => parts(plan, [['4 s a call', { latency: { p50Ms: 3800, p99Ms: 4400 } }]]),
  },
];
