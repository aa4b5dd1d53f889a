import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as a gateway sees it. */
export interface GatewayCall {
  readonly model: string;
  readonly maxTokens: number;
  readonly system: string;
  /** The last user message. */
  readonly table: string;
  /** The cells of the table's rows by column; a quoted cell is unquoted. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly headers: IncomingHttpHeaders;
}

/** A gateway that answers as the attack wants it. */
export interface OwnGateway {
  readonly url: string;
  close(): void;
}

/** Serves `POST /v1/chat/completions` with `answer`. */
export async function ownGateway(answer: (call: GatewayCall, response: ServerResponse) => void): Promise<OwnGateway> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
        return;
      }
      const { model, max_tokens, messages } = JSON.parse(Buffer.concat(chunks).toString()) as {
        model: string;
        max_tokens: number;
        messages: { role: string; content: string }[];
      };
      const table = messages.findLast(({ role }) => role === 'user')?.content ?? '';
      const system = messages[0]?.content ?? '';
      answer({ model, maxTokens: max_tokens, system, table, rows: rowsOf(table), headers: request.headers }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function rowsOf(table: string): Record<string, string>[] {
  const lines = table.split('\n');
  const at = lines.findIndex((line) => line.startsWith('row,'));
  const names = lines[at]?.split(',') ?? [];
  return lines.slice(at + 1).map((line) => {
    // Only the last cell may be quoted text.
    const cells = line.split(',');
    const last = names.length - 1;
    const values = [...cells.slice(0, last), cells.slice(last).join(',')];
    return Object.fromEntries(names.map((name, i) => [name, unquoted(values[i] ?? '')]));
  });
}

function unquoted(cell: string): string {
  return cell.startsWith('"') ? (JSON.parse(cell) as string) : cell;
}

/** What a reply says beside its text. */
export interface ReplyOptions {
  readonly finish?: string | null;
  readonly usage?: unknown;
  readonly model?: string;
  /** Without `[DONE]`. */
  readonly open?: boolean;
  /** Sent after the text as an event of its own. */
  readonly event?: unknown;
}

const honestUsage = { prompt_tokens: 200, completion_tokens: 12 };

/** The events of a streamed reply. */
export function streamOf(text: string, options: ReplyOptions = {}): string {
  const { finish = 'stop', usage = honestUsage, model = 'deepseek-v3.2', open = false, event } = options;
  const events: unknown[] = [
    { model, choices: [{ index: 0, delta: { content: text }, finish_reason: null }] },
    ...(event === undefined ? [] : [event]),
    { model, choices: [{ index: 0, delta: {}, ...(finish !== null && { finish_reason: finish }) }] },
    ...(usage === null ? [] : [{ model, choices: [], usage }]),
  ];
  return `${events.map((data) => `data: ${JSON.stringify(data)}\n\n`).join('')}${open ? '' : 'data: [DONE]\n\n'}`;
}

/** Sends a whole reply as a stream. */
export function reply(response: ServerResponse, text: string, options?: ReplyOptions): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamOf(text, options));
}
