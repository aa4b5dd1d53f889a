import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** So many requests of one connection may wait for their turn before no more is read from it. */
const mostWaiting = 32;

/**
 * Handles the requests of a connection one after the other, as their answers must be sent anyway. A client that pipelines thousands of them
 * would else have all of them worked at in one go, and everybody else would wait for the last.
 */
export function inTurn(handle: RequestListener): RequestListener {
  const lines = new WeakMap<Socket, (() => void)[]>();
  const next = (socket: Socket): void => {
    const waiting = lines.get(socket) ?? [];
    const start = waiting.shift();
    if (waiting.length < mostWaiting && socket.isPaused()) socket.resume();
    if (start === undefined) lines.delete(socket);
    // Others come first.
    else setImmediate(start);
  };
  return (req, res) => {
    const { socket } = req;
    const start = (): void => {
      res.once('close', () => next(socket));
      handle(req, res);
    };
    const waiting = lines.get(socket);
    if (waiting === undefined) {
      lines.set(socket, []);
      start();
    } else if (waiting.push(start) >= mostWaiting) socket.pause();
  };
}
