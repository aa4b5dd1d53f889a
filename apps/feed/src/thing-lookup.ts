import type { SourceReading } from '@reprice/pricing';
import type { SourceResolver } from '@reprice/store';
import type { Unusable } from './market-message.ts';
import type { Input } from './newest-wins.ts';

/** What a {@link lookUp} works with. */
export interface ThingLookup {
  readonly resolver: SourceResolver;
  /** Of the config: what it learned over HTTP is known here, and the other way round. */
  readonly source: string;
  /** Stock at these places counts; absent: at all. */
  readonly places?: readonly string[] | undefined;
}

/** Puts SKUs in place of what a source calls its things. An id behind which none is known goes to `aside`. */
export async function lookUp(
  { resolver, source, places }: ThingLookup,
  inputs: readonly Input[],
  aside: (why: Unusable, evidence: unknown) => void,
): Promise<readonly Input[]> {
  const plain = inputs.filter(({ thing }) => thing === undefined);
  if (plain.length === inputs.length) return inputs;
  const { inputs: found, misfits } = await resolver.resolve(source, readingOf(inputs), places);
  for (const { reason, detail, excerpt } of misfits) aside({ reason, detail }, excerpt);
  return [...plain, ...found.map((fields) => ({ fields, observedAtMs: 0, bytes: 0 }))];
}

function readingOf(inputs: readonly Input[]): SourceReading {
  const things = inputs.flatMap(({ thing, fields }) => (thing ? [{ thing, fields }] : []));
  return {
    observations: [],
    aliases: [],
    quarantined: [],
    unused: {},
    aliased: things.flatMap(({ thing, fields }) =>
      thing.kind === 'alias' ? [{ id: thing.id, observation: fields, excerpt: thing.excerpt }] : [],
    ),
    items: things.flatMap(({ thing }) => (thing.kind === 'item' ? [thing.item] : [])),
    levels: things.flatMap(({ thing }) => (thing.kind === 'level' ? [thing.level] : [])),
  };
}
