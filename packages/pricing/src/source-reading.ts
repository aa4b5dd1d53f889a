/** An observation from the outside as its parts came: an item of POST /v1/observations. */
export type ObservationInput = Record<string, unknown>;

/** Something of a source that cannot be used. */
export interface Misfit {
  /** For programs, kebab-case: `shape`, `no-sku`, `not-money`, … */
  readonly reason: string;
  /** One sentence for a person. */
  readonly detail: string;
  /** The start of what came, 2 kB at most, without secrets and without data of people. */
  readonly excerpt: string;
}

/** A thing of a source's own, such as a variant of a shop, and the SKU that it bears. */
export interface SourceItem {
  readonly id: string;
  readonly atMs: number;
  /** Its stock over all places, where the source tells it. */
  readonly total?: number;
  /** Whether the source says that its stock is counted; absent = it does not say. */
  readonly isTracked?: boolean;
  /** All that is observed of it but its stock; names the SKU. */
  readonly observation: ObservationInput & { readonly sku: string };
  readonly excerpt: string;
}

/** The stock of a thing at one of its places. */
export interface StockLevel {
  readonly id: string;
  readonly place: string;
  readonly atMs: number;
  /** Undefined: its stock is not counted. */
  readonly available: number | undefined;
  readonly excerpt: string;
}

/** What was read of a payload of a shop or a market. */
export interface SourceReading {
  readonly observations: readonly ObservationInput[];
  /** Observations of what the source names by an id of its own: they hold for each SKU that is known to stand behind it. */
  readonly aliased: readonly {
    readonly id: string;
    readonly observation: ObservationInput;
    readonly excerpt: string;
  }[];
  /** Which SKU stands behind an id. */
  readonly aliases: readonly { readonly id: string; readonly sku: string }[];
  readonly items: readonly SourceItem[];
  readonly levels: readonly StockLevel[];
  readonly quarantined: readonly Misfit[];
  /** What is well understood and tells nothing that is needed, counted by reason. */
  readonly unused: Readonly<Record<string, number>>;
}
