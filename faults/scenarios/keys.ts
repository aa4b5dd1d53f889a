import type { Scenario } from '../scenario.ts';
import { callsWithin } from './resumption.ts';

const FIRST = 'sk-simulator-faults-0123456789';
const SECOND = 'sk-simulator-faults-9876543210';
/** After this no call may come with a key that the gateway refused. */
const FORGET_MS = 5000;

/** Faults of the gateway's keys. */
export const keyScenarios: Scenario[] = [
  {
    id: 'F33',
    title: 'one of two keys revoked under load, then both, then good again: nothing fails',
    seconds: 40,
    fixedLength: true,
    stand: { env: { GATEWAY_API_KEYS: `${FIRST},${SECOND}` } },
    schedule: () => [
      {
        atMs: 0,
        name: 'both keys are good',
        run: ({ stand }) => stand.gateway.keys([FIRST, SECOND]),
      },
      {
        atMs: 8000,
        name: 'revoke the first key',
        async run({ stand, checks, sleep }) {
          await stand.gateway.keys([SECOND]);
          await sleep(FORGET_MS);
          const fromMs = Date.now();
          await sleep(4000);
          const late = (await stand.gateway.calls(500)).filter((call) => call.arrivedAtMs > fromMs);
          const refused = late.filter(({ status }) => status === 401);
          // One call tries the key again now and then: it may have been put back.
          checks.most('I30', 'calls with the revoked key from 5 to 9 s after', 1).see(refused.length, () => refused);
          checks.least('I30', 'calls with the other key in that time', 1).see(late.length - refused.length);
        },
      },
      {
        atMs: 18_000,
        name: 'revoke both keys for 10 s',
        async run(scene) {
          await scene.stand.gateway.keys(['sk-of-somebody-else-0123456789']);
          const calls = await callsWithin(scene, 2000, 8000);
          scene.checks.most('I30', 'calls in 8 s without a good key', 20).see(calls);
          await scene.stand.gateway.keys([FIRST, SECOND]);
          // Resting keys are tried again once in a while, not by every call that waits.
          const before = (await scene.stand.gateway.ledger()).calls;
          const startedAt = performance.now();
          while ((await scene.stand.gateway.ledger()).calls === before && scene.oracle.unsettled > 0)
            await scene.sleep(200);
          const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
          scene.checks.most('I30', 'from good keys to the next call, s', 65, { timing: true }).see(tookSeconds);
        },
      },
    ],
  },
];
