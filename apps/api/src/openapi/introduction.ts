import type { OperationTag } from '../http/operation.ts';

/** What stands above the operations. */
export const description = `Batch repricing on a job queue: hand it a catalogue, and it asks a language model for prices under a global
rate limit and a daily budget, keeps every price inside your guardrails, and publishes the results.

- **Keys.** \`Authorization: Bearer <key>\`. Scopes: \`read\`, \`write\`, \`admin\`; each includes those before it. Each operation names the scope it needs.
- **Errors** are RFC 9457 problems (\`application/problem+json\`). \`type\` is stable and is the path of a [page](/problems) that tells what to do.
- **Money** is a decimal text in the currency's own decimals; costs are US dollars. **Times** are ISO 8601 in UTC.
- **Lists** are \`{items, nextCursor}\`; hand \`nextCursor\` back as \`cursor\` for the next page.
- **503** comes with \`Retry-After\`, and nothing of the request was accepted; the same request may be sent again.
- Every \`GET\` answers \`HEAD\` too. Unknown query parameters are refused: a misspelt one must not be dropped silently.
- Fields are added to replies in time: a client should ignore what it doesn't know.`;

const about: Readonly<Record<OperationTag, string>> = {
  batches: 'Many SKUs at once: submit a catalogue, watch it, fetch what came of it.',
  jobs: 'The small door: a few SKUs, priced now. And the jobs that failed, and their replay.',
  observations: 'What the market tells: what changed, and what of it matters.',
  prices: 'What is published.',
  budget: 'Dollars a day, over all workers.',
  limits: 'Requests and tokens a minute, over all workers.',
  gateway: 'The keys of the gateway: which are used, which rest, which are revoked.',
  canary: 'Another model or wording that answers for a share of the SKUs.',
  sinks: 'Where published prices are delivered, and how each does.',
  events: 'What happens, as it happens.',
  service: 'The service itself.',
};

/** The groups of operations. */
export const tags = Object.entries(about).map(([name, text]) => ({ name, description: text }));
