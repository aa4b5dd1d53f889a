import { needsCatalogue, type StartOptions } from './options.ts';
import { ask, type OwnApi } from './own-api.ts';
import { StartError } from './start-error.ts';

const WITHIN_MS = 60_000;

/** The sinks that published prices would be delivered to, now or when somebody delivers to them again, by name. */
export async function sinksOf(api: OwnApi): Promise<string[]> {
  try {
    const { items } = await ask(api, '/v1/sinks', WITHIN_MS);
    return (items as { name: string }[]).map(({ name }) => name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`The sample is not repriced, as it is not known whether there are sinks: ${why}`);
  }
}

/** Why the sample is left alone where there are sinks, and what to do; a person who asks for it by name gets it. */
export function sampleStays(sinks: readonly string[]): string {
  return `The sample catalogue is not repriced: its prices would be delivered to ${named(sinks)}.
Yours: npx reprice submit FILE --watch. The sample all the same: npm start -- --catalog catalogue/sample.csv`;
}

/** Why this start makes no sense where there are sinks; undefined if it does. */
export function sampleProblem(options: StartOptions, sinks: readonly string[]): string | undefined {
  if (options.catalogue.kind !== 'sample' || sinks.length === 0) return undefined;
  const needed = needsCatalogue(options);
  const why = `the sample is not repriced, since its prices would be delivered to ${named(sinks)}`;
  return needed && `${needed}, and ${why}: name one with --catalog FILE.`;
}

function named(sinks: readonly string[]): string {
  return `the ${sinks.length === 1 ? 'sink' : 'sinks'} ${sinks.join(', ')}`;
}
