import type { FaultEvent, Plan, Scenario, Scene } from '../scenario.ts';

const UPLOADER = 9;
const PIECE_BYTES = 8 * 1024;

/** Uploads a batch piece by piece, and kills the API when a certain share of it is sent. */
async function killInUpload(scene: Scene, share: number): Promise<void> {
  const { stand, load, sleep, chance } = scene;
  let killed: Promise<unknown> | undefined;
  const body = (ndjson: string): ReadableStream => {
    const bytes = Buffer.from(ndjson);
    return ReadableStream.from(
      (async function* () {
        for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
          if (from >= share * bytes.length) killed ??= stand.api?.kill('SIGKILL');
          yield bytes.subarray(from, from + PIECE_BYTES);
          await sleep(1);
        }
        killed ??= stand.api?.kill('SIGKILL');
      })(),
    );
  };
  await load.submit(UPLOADER, chance, { body });
  await killed;
  await stand.startApi();
}

function uploads(plan: Plan): FaultEvent[] {
  let before: Promise<void> = Promise.resolve();
  const count = Math.max(5, Math.round(plan.forMs / 3000));
  return Array.from({ length: count }, (_, i) => {
    const share = plan.chance.between(0, 1.02);
    return {
      atMs: Math.round((i / count) * plan.forMs),
      name: `kill the API when ${Math.round(Math.min(share, 1) * 100)} % of an upload is sent`,
      run: (scene) => {
        const turn = before.then(() => killInUpload(scene, share));
        before = turn.catch(() => {});
        return turn;
      },
    };
  });
}

/** Faults of the API process. */
export const apiScenarios: Scenario[] = [
  {
    id: 'F10',
    title: 'the API killed in the middle of an upload: the batch is there whole or not at all',
    seconds: 40,
    load: { batchSkus: [200, 3000], backlogSkus: 6000 },
    schedule: uploads,
  },
];
