import type { ProblemGuide } from './problem-guide.ts';

/** Of a request that is right, and that cannot be done now. */
export const stateGuides = {
  conflict: {
    means: 'What the request asks for does not fit the state that things are in now.',
    why: [
      'A batch that is done cannot be cancelled, and one that was cancelled cannot be replayed.',
      'A job that is named for a replay has nothing that failed.',
      'A day cannot be reconciled while calls are under way.',
      'A price that a person wants does not fit the guardrails of today, or the canary that made it was rolled back.',
    ],
    todo: ['Read `detail`: it says which state is in the way.', 'Where `Retry-After` is given, wait and ask again.'],
    example: {
      detail:
        'One call is under way, and the bill may or may not hold their cost. Wait until they are settled, read the bill again, and state it then.',
      members: { callsUnderWay: 1 },
      headers: { 'retry-after': '10' },
    },
  },
  'idempotency-conflict': {
    means: 'Another request with the same `Idempotency-Key` is under way. Nothing of this one was accepted.',
    why: ['A client gave up waiting and sent it again, while the first is still being received.'],
    todo: ['Wait for `Retry-After`, then send it again as it was: it gets the answer of the first.'],
    example: {
      detail:
        'Another request with this Idempotency-Key is under way; nothing of this one was accepted. Send it again later to get its answer.',
      headers: { 'retry-after': '5' },
    },
  },
  'queue-full': {
    means: 'The queue holds as many jobs as work of this priority may fill. Nothing of the request was accepted.',
    why: [
      'More comes in than the rate limit of the gateway lets through.',
      'No worker runs, or all wait for the gateway, the budget or a freeze.',
      'Low work may fill 70 % of `QUEUE_MAX_JOBS`, normal 85 %, high 95 %, critical all.',
    ],
    todo: [
      'Send it again after `Retry-After`; `reprice submit` does so by itself.',
      'Look at the [dashboard](/): does work move, and what holds it up?',
      'Start more workers if calls are below the rate limit, or raise `QUEUE_MAX_JOBS`.',
    ],
    example: {
      detail:
        'The queue holds 700000 jobs, and low work may fill 70 % of QUEUE_MAX_JOBS (1000000), which is 700000. Nothing of this request was accepted; send it again later, or with priority critical or high or normal.',
      headers: { 'retry-after': '30' },
    },
  },
  'dependency-unavailable': {
    means:
      'Redis does not answer, or takes no writes. Nothing of the request was accepted, and nothing that was is lost.',
    why: [
      'Redis is being restarted, or cannot be reached.',
      'Its memory is full, its disk cannot be written, or it is a replica.',
      'Its eviction policy is not `noeviction`, or another program wrote into keys of Reprice.',
    ],
    todo: [
      'Send it again after `Retry-After`.',
      'See `/readyz` for what is wrong; `reprice doctor` says what to do about it.',
    ],
    example: {
      detail: 'Redis does not answer or takes no writes; nothing of this request was accepted.',
      headers: { 'retry-after': '5' },
    },
  },
  internal: {
    means: 'A fault of ours.',
    why: ['Something that nobody thought of. The answer never holds the cause, as that may be a secret.'],
    todo: ['Look up the `requestId` in the log of the API.', 'Report it with that line of the log.'],
    example: {
      detail: 'The request failed for a reason that is not yours; the log has it under the request id.',
    },
  },
} as const satisfies Readonly<Record<string, ProblemGuide>>;
