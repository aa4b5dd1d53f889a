import { describe, expect, it } from 'vitest';
import { type Answer, AnswerReader } from './answer.ts';

const usage = { prompt_tokens: 9, completion_tokens: 4 };
const delta = (content: unknown, finish_reason: string | null = null): string =>
  JSON.stringify({ choices: [{ delta: { content }, finish_reason }] });

function stream(...events: string[]): Answer {
  const reader = new AnswerReader('completion', undefined);
  for (const event of events) reader.event(event, '');
  return reader.answer;
}

function whole(body: unknown): Answer {
  const reader = new AnswerReader('completion', undefined);
  reader.document(typeof body === 'string' ? body : JSON.stringify(body));
  return reader.answer;
}

describe('AnswerReader, streamed', () => {
  it('joins the pieces and hands each on', () => {
    const pieces: string[] = [];
    const reader = new AnswerReader('completion', (piece) => pieces.push(piece));
    for (const data of [delta('1,2'), delta(''), delta(null), delta('.5\n'), delta(undefined, 'stop'), '[DONE]'])
      reader.event(data, '');
    expect(pieces).toEqual(['1,2', '.5\n']);
    expect(reader.answer).toMatchObject({ text: '1,2.5\n', finishReason: 'stop', done: true });
  });

  it('takes usage from the chunk without choices, and from the last that has it', () => {
    const last = JSON.stringify({ choices: [], usage });
    expect(stream(delta('1'), last, '[DONE]').usage?.promptTokens).toBe(9);
    const running = JSON.stringify({
      choices: [{ delta: { content: '1' } }],
      usage: { prompt_tokens: 9, completion_tokens: 1 },
    });
    expect(stream(running, last, '[DONE]').usage?.completionTokens).toBe(4);
    expect(stream(last, JSON.stringify({ choices: [], usage: { prompt_tokens: -1 } })).usage).toBeUndefined();
  });

  it('ignores what follows [DONE]', () => {
    expect(stream(delta('1'), '[DONE]', delta('2'), 'nonsense')).toMatchObject({ text: '1', unreadable: undefined });
  });

  it.each([['null'], ['[]'], ['{"choices":'], ['text'], ['"x"']])('cannot read the event %s', (event) => {
    expect(stream(delta('1'), event).unreadable).toBe('an event of the stream is not a JSON object');
  });

  it('takes an error for unreadable at the start, for broken off later', () => {
    const error = JSON.stringify({ error: { message: 'upstream is gone', code: 502 } });
    expect(stream(error)).toMatchObject({ unreadable: 'the gateway sent an error: upstream is gone' });
    expect(stream(delta('1'), error)).toMatchObject({
      brokenOff: 'the gateway sent an error: upstream is gone',
      text: '1',
    });
  });
});

describe('AnswerReader, in one piece', () => {
  it('reads a completion', () => {
    const message = { role: 'assistant', content: '1,2\n' };
    expect(whole({ choices: [{ message, finish_reason: 'length' }], usage })).toMatchObject({
      text: '1,2\n',
      finishReason: 'length',
      done: true,
      usage: { promptTokens: 9, cachedPromptTokens: 0, completionTokens: 4 },
    });
  });

  it.each([
    ['', 'an empty reply'],
    ['null', 'the reply is not a JSON object'],
    ['[]', 'the reply is not a JSON object'],
    ['{"a":', 'the reply is not a JSON object'],
    ['{}{}', 'the reply is not a JSON object'],
    [{}, 'the reply holds no choices'],
    [{ choices: [] }, 'the reply holds no choices'],
    [{ error: { message: 'no' } }, 'the gateway sent an error: no'],
    [{ error: 'no' }, 'the gateway sent an error: no'],
  ])('cannot read %j', (body, unreadable) => {
    expect(whole(body)).toMatchObject({ unreadable, done: false });
  });

  it.each([
    [{ choices: [null] }],
    [{ choices: [{}] }],
    [{ choices: [{ message: { content: null, tool_calls: [] }, finish_reason: 'tool_calls' }] }],
  ])('takes %j for an answer without text', (body) => {
    expect(whole(body)).toMatchObject({ text: '', done: true });
  });
});
