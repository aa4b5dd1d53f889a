import { describe, expect, it } from 'vitest';
import { ask, clientOf, json, key, request, stream } from './asking.ts';
import { httpServer, streamEnd, tcpServer, textEvent } from './http-server.ts';

const usage = { promptTokens: 100, cachedPromptTokens: 64, completionTokens: 20 };

describe('complete', () => {
  it('asks as the protocol says, and hands on the text as it arrives', async () => {
    const { url, received } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2'));
      response.end(textEvent('.5\n') + streamEnd);
    });
    const pieces: string[] = [];
    const outcome = await clientOf(`${url}/`).complete({ ...request, onText: (piece) => pieces.push(piece) });
    expect(outcome).toMatchObject({ kind: 'complete', text: '1,2.5\n', finishReason: 'stop', usage });
    expect(pieces).toEqual(['1,2', '.5\n']);
    expect(received[0]).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}`, 'accept-encoding': 'identity', 'content-type': 'application/json' },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      model: 'm',
      messages: request.messages,
      max_tokens: 40,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends the options of the configuration besides, and never in place of what is ours', async () => {
    const { url, received } = await httpServer((response) => response.writeHead(400, json).end('{}'));
    const options = { role_override: { name: 'analyst' }, stream: false, model: 'dearer', max_tokens: 9 };
    await clientOf(url).complete({ ...request, options });
    const body = JSON.parse(received[0]?.body ?? '');
    expect(body).toMatchObject({ role_override: { name: 'analyst' }, stream: true, model: 'm', max_tokens: 40 });
  });

  it('takes a JSON reply to a stream request', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, json);
      response.end(JSON.stringify({ choices: [{ message: { content: '1,2\n' }, finish_reason: 'length' }] }));
    });
    const outcome = await ask(url);
    expect(outcome).toMatchObject({ kind: 'complete', text: '1,2\n', finishReason: 'length' });
    expect(outcome).not.toHaveProperty('usage');
  });

  it('is complete at [DONE], though the connection is reset or left open after it', async () => {
    const reset = await httpServer((response, _request, socket) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + streamEnd, () => socket.resetAndDestroy());
    });
    expect((await ask(reset.url)).kind).toBe('complete');
    const open = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + streamEnd);
    });
    expect((await ask(open.url)).kind).toBe('complete');
  });

  it('hands on the limits that the gateway tells, and warns of those that cannot be, without telling a key', async () => {
    const long = `${key}${'0'.repeat(50)}`;
    const { url } = await httpServer((response) => {
      const limits = { 'x-ratelimit-limit-requests': '600', 'x-ratelimit-limit-tokens': `"${long}` };
      response.writeHead(200, { ...stream, ...limits });
      response.end(streamEnd);
    });
    expect(await ask(url, { apiKeys: [long, key] })).toMatchObject({
      kind: 'complete',
      limits: { rpm: 600 },
      warnings: [expect.stringMatching(/^x-ratelimit-limit-tokens ""\*\*\*" is no limit a minute/)],
    });
    const refusing = await httpServer((response) => {
      response.writeHead(429, { 'retry-after': '315360000', 'x-ratelimit-limit-requests': '-1' });
      response.end();
    });
    expect(await ask(refusing.url)).toEqual({
      kind: 'rate_limited',
      retryAfterMs: 300_000,
      warnings: [
        'the gateway asks to wait 315360000 s: cut to 300 s',
        'x-ratelimit-limit-requests "-1" is no limit a minute from 1 to 10000000: ignored',
      ],
    });
  });

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await httpServer((response, _request, socket) => {
      ports.add(socket.remotePort);
      response.writeHead(200, stream);
      response.end(streamEnd);
    });
    const client = clientOf(url, { connections: 1 });
    for (let call = 0; call < 5; call += 1) await client.complete(request);
    expect(ports.size).toBe(1);
  });
});

describe('a stream that ends early', () => {
  it.each([
    ['between two events', textEvent('1,2\n')],
    ['within an event', `${textEvent('1,2\n')}data: {"choices":[{"delta":{"content":"2,`],
  ])('%s keeps its text', async (_name, body) => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(body);
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n' });
  });

  it('keeps text and usage of a stream without [DONE]', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(textEvent('1,2\n') + streamEnd.replace('data: [DONE]\n\n', ''));
    });
    expect(await ask(url)).toMatchObject({
      kind: 'cut',
      text: '1,2\n',
      usage,
      message: 'the stream ended without [DONE]',
    });
  });

  it('keeps the text of a connection reset in the body', async () => {
    const { url } = await httpServer((response, _request, socket) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n') + textEvent('2,'), () => socket.resetAndDestroy());
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n2,' });
  });

  it('is cut when the body is shorter than its length', async () => {
    const { url } = await tcpServer((socket) => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 5000\r\n\r\n';
      socket.end(head + textEvent('1,2\n'));
    });
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n' });
  });

  it('is cut when the gateway breaks off with an error', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.end(`${textEvent('1,2\n')}data: {"error":{"message":"upstream lost, key ${key}"}}\n\n`);
    });
    const message = 'the gateway sent an error: upstream lost, key ***';
    expect(await ask(url)).toMatchObject({ kind: 'cut', text: '1,2\n', message });
  });
});

describe('a caller that gives up', () => {
  it('gets what had come', async () => {
    const { url } = await httpServer((response) => {
      response.writeHead(200, stream);
      response.write(textEvent('1,2\n'));
    });
    const abort = new AbortController();
    const outcome = await clientOf(url).complete({ ...request, signal: abort.signal, onText: () => abort.abort() });
    expect(outcome).toMatchObject({ kind: 'cut', text: '1,2\n', message: 'given up by the caller' });
  });

  it('before the call sends nothing', async () => {
    const { url, received } = await httpServer(() => {});
    const outcome = await clientOf(url).complete({ ...request, signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ kind: 'unreachable', sent: false });
    expect(received).toHaveLength(0);
  });
});
