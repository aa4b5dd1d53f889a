import { DecoratorHandler, type Dispatcher } from 'undici';

/** Answers to a request whose key is not taken. */
const statuses: ReadonlySet<number> = new Set([401, 403]);
/** Close codes for the same: those of IANA's registry, and those that markets made of 401 and 403. */
const closeCodes: ReadonlySet<number> = new Set([3000, 3003, 4401, 4403]);
const words =
  /\b(unauthori[sz]ed|unauthenticated|forbidden|(invalid|expired|revoked|missing)[ _-]?(api[ _-]?key|access[ _-]?token|token|key|credentials?))\b/i;

/** Whether an answer of this status refuses the key: it will not be another one the next time. */
export function isRefusal(status: number | undefined): boolean {
  return status !== undefined && statuses.has(status);
}

/** Whether a stream that ends so refuses the key. */
export function isRefusingClose(code: number, reason: string): boolean {
  return closeCodes.has(code) || saysRefused(reason);
}

/** Whether what a market says of an error refuses the key. */
export function saysRefused(text: string): boolean {
  return words.test(text.replaceAll('_', ' '));
}

/** Tells the status of each answer of a dispatcher, which a WebSocket keeps to itself. */
export function tellingStatus(onStatus: (status: number) => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => dispatch(options, new StatusTeller(handler, onStatus));
}

class StatusTeller extends DecoratorHandler implements Dispatcher.DispatchHandler {
  readonly #onStatus: (status: number) => void;

  constructor(handler: Dispatcher.DispatchHandler, onStatus: (status: number) => void) {
    super(handler);
    this.#onStatus = onStatus;
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#onStatus(args[1]);
    // The types of DecoratorHandler leave its methods out.
    const above = DecoratorHandler.prototype as Dispatcher.DispatchHandler;
    above.onResponseStart?.apply(this, args);
  }
}
