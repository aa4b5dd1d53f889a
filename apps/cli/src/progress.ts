import { Presets, SingleBar } from 'cli-progress';
import { bytes, count, counted, dollars, duration, percent, rate } from './figures.ts';
import type { Output } from './output.ts';
import type { Batch } from './responses.ts';

/** One moment of the work: how much is done of how much, and what to say about it. */
export interface Moment {
  readonly phase: string;
  readonly done: number;
  /** Unknown while a pipe is read. */
  readonly total?: number;
  readonly text: string;
}

/** Shows how the work goes on. */
export interface Progress {
  show(moment: Moment): void;
  /** Says something once, without disturbing the bar. */
  note(text: string): void;
  /** Clears the bar; may be called twice. */
  stop(): void;
}

/** Sending the catalogue: bytes so far. */
export function uploadMoment(sent: number, size: number | undefined, elapsedMs: number): Moment {
  const speed = elapsedMs > 500 ? `, ${bytes((1000 * sent) / elapsedMs)}/s` : '';
  const text = size === undefined ? `${bytes(sent)}${speed}` : `${bytes(sent)} of ${bytes(size)}${speed}`;
  return { phase: 'Sending', done: sent, text, ...(size === undefined ? {} : { total: size }) };
}

/**
 * Pricing: SKUs done of all, speed, time left, cost so far, and how many went other ways. While nothing moves (`isStill`), no time is
 * foretold.
 */
export function batchMoment(batch: Batch, perSecond: number, isStill = false): Moment {
  const done = batch.total - batch.waiting;
  const etaMs = batch.etaSeconds
    ? batch.etaSeconds * 1000
    : perSecond > 0
      ? (1000 * batch.waiting) / perSecond
      : undefined;
  const others = [
    batch.unchanged > 0 ? `${count(batch.unchanged)} unchanged` : '',
    batch.held > 0 ? `${count(batch.held)} held` : '',
    batch.rejected > 0 ? `${counted(batch.rejected, 'line')} rejected` : '',
    batch.failed > 0 ? `${count(batch.failed)} failed` : '',
  ];
  const parts = [
    `${count(done)} of ${counted(batch.total, 'SKU')}`,
    perSecond > 0 ? `${rate(perSecond)} SKU/s` : '',
    batch.waiting > 0 && etaMs !== undefined && !isStill ? `${duration(etaMs)} left` : '',
    dollars(batch.costUsd),
    ...others,
  ];
  return { phase: 'Pricing', done, total: batch.total, text: parts.filter(Boolean).join(', ') };
}

function line({ phase, done, total, text }: Moment): string {
  return `${phase}${total === undefined ? '' : ` ${percent(done, total)} %`}: ${text}`;
}

/** A bar that is redrawn in place on a terminal. */
class BarProgress implements Progress {
  readonly #output: Output;
  #bar: SingleBar | undefined;
  #phase = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(moment: Moment): void {
    if (this.#phase !== moment.phase) this.stop();
    this.#phase = moment.phase;
    const total = Math.max(1, moment.total ?? moment.done);
    const payload = {
      text: moment.text,
      share: moment.total === undefined ? '' : `${percent(moment.done, moment.total)} %`,
    };
    if (this.#bar !== undefined) {
      this.#bar.setTotal(total);
      this.#bar.update(moment.done, payload);
      return;
    }
    this.#bar = new SingleBar(
      {
        format: `${moment.phase} {bar} {share}  {text}`,
        barsize: 24,
        fps: 8,
        hideCursor: true,
        clearOnComplete: true,
        linewrap: false,
        gracefulExit: false,
        stream: this.#output.stderr,
      },
      Presets.shades_classic,
    );
    this.#bar.start(total, moment.done, payload);
  }

  note(text: string): void {
    this.stop();
    this.#output.tell(text);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

/** Plain lines for pipes and logs: one when a phase begins, then at most one in `everyMs`. */
class LineProgress implements Progress {
  readonly #output: Output;
  readonly #everyMs: number;
  readonly #nowMs: () => number;
  #last = { phase: '', atMs: 0, text: '' };

  constructor(output: Output, everyMs: number, nowMs: () => number) {
    this.#output = output;
    this.#everyMs = everyMs;
    this.#nowMs = nowMs;
  }

  show(moment: Moment): void {
    const nowMs = this.#nowMs();
    const text = line(moment);
    const isNew = moment.phase !== this.#last.phase;
    if (!isNew && (nowMs - this.#last.atMs < this.#everyMs || text === this.#last.text)) return;
    this.#last = { phase: moment.phase, atMs: nowMs, text };
    this.#output.tell(text);
  }

  note(text: string): void {
    this.#output.tell(text);
  }

  stop(): void {}
}

const silent: Progress = { show: () => {}, note: () => {}, stop: () => {} };

/** How often plain lines may come, in ms. */
const plainLineEveryMs = 3000;

/** The progress that fits: a bar on a terminal, plain lines elsewhere, nothing when it is not wanted. */
export function createProgress(
  output: Output,
  isWanted: boolean,
  { everyMs = plainLineEveryMs, nowMs = () => performance.now() } = {},
): Progress {
  if (!isWanted) return silent;
  return output.isInteractive ? new BarProgress(output) : new LineProgress(output, everyMs, nowMs);
}
