/** One line of the table at the end. */
export interface CheckRow {
  readonly scenario: string;
  /** The invariant it belongs to, e.g. `I1`. */
  readonly invariant: string;
  readonly what: string;
  /** The worst that was seen; undefined when there was nothing to see. */
  readonly seen: number | undefined;
  /** E.g. `≤ 0`. */
  readonly limit: string;
  readonly ok: boolean;
  /** A duration: true on a machine that is fast enough, so no reason for a test to fail. */
  readonly timing: boolean;
  /** The first sample that broke it, with seconds since the scenario began. */
  readonly first?: { readonly atSeconds: number; readonly sample: unknown };
}

/** Takes what is seen and keeps the worst. */
export interface Gauge {
  see(value: number, sample?: () => unknown): void;
}

/** The checks of one scenario; asking for one again gives the same. */
export class Checks {
  readonly #scenario: string;
  readonly #rows = new Map<string, { row: () => CheckRow; gauge: Gauge }>();
  readonly #startedAt = performance.now();

  constructor(scenario: string) {
    this.#scenario = scenario;
  }

  /** Every value must be `limit` at most; of none it is a figure without a limit. */
  most(invariant: string, what: string, limit: number | undefined, options: { timing?: boolean } = {}): Gauge {
    const broken = (value: number): boolean => limit !== undefined && !(value <= limit);
    return this.#gauge(invariant, what, limit === undefined ? '' : `≤ ${limit}`, Math.max, broken, options);
  }

  /** Every value must be `limit` at least. */
  least(invariant: string, what: string, limit: number, options: { timing?: boolean } = {}): Gauge {
    return this.#gauge(invariant, what, `≥ ${limit}`, Math.min, (value) => !(value >= limit), options);
  }

  get rows(): CheckRow[] {
    return [...this.#rows.values()].map(({ row }) => row());
  }

  get broken(): CheckRow[] {
    return this.rows.filter((row) => !row.ok);
  }

  #gauge(
    invariant: string,
    what: string,
    limit: string,
    worse: (a: number, b: number) => number,
    broken: (value: number) => boolean,
    { timing = false }: { timing?: boolean },
  ): Gauge {
    const key = `${invariant} ${what} ${limit}`;
    const known = this.#rows.get(key);
    if (known) return known.gauge;
    let seen: number | undefined;
    let first: CheckRow['first'];
    const row = (): CheckRow => ({
      scenario: this.#scenario,
      invariant,
      what,
      seen,
      limit,
      ok: first === undefined,
      timing,
      ...(first && { first }),
    });
    const gauge: Gauge = {
      see: (value, sample) => {
        seen = seen === undefined ? value : worse(seen, value);
        if (first || !broken(value)) return;
        const atSeconds = Math.round((performance.now() - this.#startedAt) / 100) / 10;
        first = { atSeconds, sample: sample?.() ?? value };
      },
    };
    this.#rows.set(key, { row, gauge });
    return gauge;
  }
}
