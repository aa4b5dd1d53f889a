import { compareChangeIds, type Sinks, type StreamSpan } from '@reprice/store';

/** Whoever follows the stream from outside may have been away for so many publishes, sinks or no sinks. */
const ALWAYS_KEPT = 5000;
/** Samples apart by so many publishes are enough. */
const SAMPLE_EVERY = 100;

/**
 * Cuts from the stream of changes what every sink has had, but for the newest ~5,000. What cuts what they have not had, past the cap, is the
 * publishing itself (announce.lua): it needs nobody to be alive.
 */
export class Trimming {
  readonly #sinks: Pick<Sinks, 'span' | 'slowest' | 'cutBefore'>;
  /** Where the stream stood, the oldest first: a stream does not tell which entry is its 5,000th. */
  #samples: StreamSpan[] = [];

  constructor(sinks: Pick<Sinks, 'span' | 'slowest' | 'cutBefore'>) {
    this.#sinks = sinks;
  }

  /** Looks once, and cuts what may be cut. */
  async look(): Promise<void> {
    const [span, slowest] = await Promise.all([this.#sinks.span(), this.#sinks.slowest()]);
    // Another stream: Redis lost that one.
    if (span.added < (this.#samples.at(-1)?.added ?? 0)) this.#samples = [];
    const last = this.#samples.at(-1);
    if (!last || span.added - last.added >= SAMPLE_EVERY) this.#samples.push(span);
    const old = this.#samples.findLastIndex(({ added }) => added <= span.added - ALWAYS_KEPT);
    const sample = this.#samples[old];
    if (!sample) return;
    this.#samples.splice(0, old);
    if (slowest === undefined || span.length <= ALWAYS_KEPT) return;
    await this.#sinks.cutBefore(compareChangeIds(slowest, sample.newest) < 0 ? slowest : sample.newest);
  }
}
