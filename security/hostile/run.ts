import type { Stand } from '../stand.ts';
import { unaccounted } from './accounts.ts';
import type { Family } from './hostile-case.ts';
import { Prover, type Verdict } from './prove.ts';

/** What came of a run over the table. */
export interface HostileRun {
  readonly verdicts: readonly Verdict[];
  readonly batches: number;
  readonly memory: { readonly warmMb: number; readonly mostMb: number };
}

/** So many tell that the API is down: the rest would tell the same. */
const mostWrong = 50;

/** Sends every case of the families, and in the end counts all batches. A stand that is down ends the run early. */
export async function runHostile(
  stand: Stand,
  families: readonly Family[],
  options: { slow: boolean; say?: (line: string) => void },
): Promise<HostileRun> {
  const prover = new Prover(stand);
  for (const family of families) {
    const from = performance.now();
    for (const one of family.cases) {
      if (one.slow && !options.slow) continue;
      const { row, name, faults } = await prover.prove(family, one);
      if (faults.length > 0) options.say?.(`✗ ${family.name} ${row}: ${name}\n    ${faults.join('\n    ')}`);
      const wrong = prover.verdicts.filter((verdict) => verdict.faults.length > 0);
      if (wrong.length >= mostWrong)
        throw new Error(`${mostWrong} cases went wrong, the first: ${wrong[0]?.row}: ${wrong[0]?.faults}`);
    }
    options.say?.(`${family.name}: ${family.cases.length} cases, ${Math.round(performance.now() - from)} ms`);
  }
  const { batches, wrong } = await unaccounted(stand);
  const counted: Verdict = {
    family: 'accounts',
    row: '—',
    name: `${batches} batches add up`,
    status: 200,
    faults: wrong,
    deviates: undefined,
  };
  return { verdicts: [...prover.verdicts, counted], batches, memory: prover.memory };
}
