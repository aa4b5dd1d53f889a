import { type SinkConfig, sinkTarget } from '@reprice/config';
import type { Sinks } from '@reprice/store';
import type { Deliverer } from './deliverer.ts';

/** What a {@link Roster} needs. */
export interface RosterOptions {
  readonly sinks: Pick<Sinks, 'saved' | 'register' | 'forget'>;
  /** Those of the config file; a saved one of the same name does not count. */
  readonly configured: Readonly<Record<string, SinkConfig>>;
  /** Publishes that are kept for sinks that are behind. */
  readonly keepMessages: number;
  /** May throw where the settings are not allowed. */
  readonly deliverer: (name: string, settings: SinkConfig) => Deliverer;
  readonly onError: (error: unknown, sink?: string) => void;
}

interface Entry {
  readonly settings: string;
  readonly origin: 'config' | 'saved';
  readonly deliverer: Deliverer;
}

/** What is under way in a sink whose settings changed may finish. */
const FINISH_MS = 5000;

/** The sinks that this process delivers to, or stands by for: those of the config file, and those that were saved meanwhile. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #entries = new Map<string, Entry>();
  #names: ReadonlySet<string> = new Set();
  #isStopped = false;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Names of the sinks that there are to be, by the last look: those that cannot be opened as well. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  get deliverers(): Deliverer[] {
    return [...this.#entries.values()].map(({ deliverer }) => deliverer);
  }

  /** Looks which sinks there are to be, and makes it so. One that cannot be opened holds up no other. */
  async look(): Promise<void> {
    const { sinks, configured, onError } = this.#options;
    const wanted = new Map<string, { text: string; origin: Entry['origin'] }>();
    for (const [name, text] of Object.entries(await sinks.saved())) wanted.set(name, { text, origin: 'saved' });
    for (const [name, settings] of Object.entries(configured))
      wanted.set(name, { text: JSON.stringify(settings), origin: 'config' });
    this.#names = new Set(wanted.keys());
    const gone = [...this.#entries].filter(([name, { settings }]) => wanted.get(name)?.text !== settings);
    await Promise.all(gone.map(([name, entry]) => this.#remove(name, entry, wanted.has(name))));
    for (const [name, { text, origin }] of wanted) {
      if (this.#entries.has(name) || this.#isStopped) continue;
      await this.#add(name, text, origin).catch((error: unknown) => onError(error, name));
    }
  }

  async stop(finishMs: number): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.deliverers.map((deliverer) => deliverer.stop(finishMs)));
  }

  async #add(name: string, text: string, origin: Entry['origin']): Promise<void> {
    const { sinks, keepMessages, deliverer: make, onError } = this.#options;
    const settings = JSON.parse(text) as SinkConfig;
    const deliverer = make(name, settings);
    const description = { name, kind: settings.kind, target: sinkTarget(settings), origin };
    await sinks.register(description, { keepMessages, all: settings.startWith === 'all' });
    const entry = { settings: text, origin, deliverer };
    this.#entries.set(name, entry);
    deliverer
      .run()
      .catch((error: unknown) => onError(error, name))
      .finally(() => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name);
      });
  }

  async #remove(name: string, entry: Entry, isWanted: boolean): Promise<void> {
    this.#entries.delete(name);
    await entry.deliverer.stop(FINISH_MS);
    // It was registered just when somebody deleted it; it may have been saved again since.
    if (!isWanted && entry.origin === 'saved') await this.#options.sinks.forget(name, { ifNotSaved: true });
  }
}
