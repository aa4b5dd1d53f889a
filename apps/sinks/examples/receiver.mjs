/*
 * A receiver of Reprice's webhooks, to copy: npm install standardwebhooks, then
 *
 *     createReceiver('whsec_…', prices).listen(3000);
 */
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** A pack is some kilobytes. */
const mostBytes = 1_000_000;

/**
 * A server that takes prices. It verifies each message: signed with the secret, and sent within the last 5 minutes, so nobody can send an old one
 * again. A message that comes twice changes nothing: each price has a revision, and an older one, or the same, is left.
 *
 * @param {string} secret `whsec_…`
 * @param {Map<string, {price: string, currency: string, revision: number}>} prices where they go; yours is a database
 */
export function createReceiver(secret, prices) {
  const webhook = new Webhook(secret);
  return createServer(async (req, res) => {
    const body = await bodyOf(req);
    if (body === undefined) return void res.writeHead(413).end();
    /** @type {{data: {items: {sku: string, price: string, currency: string, revision: number}[]}}} */
    let message;
    try {
      message = /** @type {any} */ (webhook.verify(body, /** @type {Record<string, string>} */ (req.headers)));
    } catch {
      return void res.writeHead(401).end('not signed by Reprice, or too long ago');
    }
    for (const { sku, price, currency, revision } of message.data.items) {
      if ((prices.get(sku)?.revision ?? 0) < revision) prices.set(sku, { price, currency, revision });
    }
    // Any 2xx: it is stored. Answer only then, and within the sink's timeoutMs.
    res.writeHead(204).end();
  });
}

/** @param {import('node:http').IncomingMessage} req */
async function bodyOf(req) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
