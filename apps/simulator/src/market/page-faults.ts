import type { ServerResponse } from 'node:http';
import { sendError, sendJson } from '../respond.ts';
import type { EventPage } from './market.ts';
import type { MarketFaults } from './market-faults.ts';

/** Sends a page, with the faults of pages that hit. */
export function sendPage(faults: MarketFaults, response: ServerResponse, page: unknown): void {
  const refusal = faults.draw('pageStatus');
  if (refusal !== undefined) {
    const { status, retryAfter } = refusal.settings;
    const headers = retryAfter === null ? {} : { 'Retry-After': retryAfter };
    sendError(response, status, 'simulated', 'a simulated refusal', headers);
    return;
  }
  const slow = faults.draw('slowPage');
  const broken = faults.draw('brokenPage');
  const send = (): void => {
    if (response.destroyed) return;
    if (broken === undefined) sendJson(response, 200, page);
    else sendBroken(response, broken.settings.as, JSON.stringify(page));
  };
  if (slow === undefined) send();
  else setTimeout(send, slow.settings.delayMs).unref();
}

/** The page as it is, or wrong about the end. */
export function endedWrong(page: EventPage, faults: MarketFaults): EventPage {
  const as = faults.settings.wrongEnd?.as;
  const fits = as === 'empty' || (as === 'more' ? !page.hasMore : page.hasMore);
  if (as === undefined || !fits || faults.draw('wrongEnd') === undefined) return page;
  return as === 'empty' ? { items: [], hasMore: true } : { items: page.items, hasMore: as === 'more' };
}

function sendBroken(response: ServerResponse, as: 'text' | 'reset', body: string): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  if (as === 'text') response.end('#'.repeat(Buffer.byteLength(body)));
  else response.write(body.slice(0, body.length / 2), () => response.destroy());
}
