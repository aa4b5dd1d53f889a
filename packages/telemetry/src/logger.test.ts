import { describe, expect, it } from 'vitest';
import { addSecrets, createLogger } from './logger.ts';

const key = 'sk-marker-"quoted"\\7f3a';
const plainKey = 'sk-plain-0123456789abcdef';

function lines(secrets: readonly string[], write: (logger: ReturnType<typeof createLogger>) => void): string[] {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  write(createLogger({ name: 'worker', level: 'trace', secrets, destination }));
  return written;
}

function failing(message: string, extra: object = {}): Error {
  return Object.assign(new Error(message), extra);
}

describe('a log line never holds a secret', () => {
  for (const secret of [key, plainKey]) {
    const shapes: [string, unknown, string][] = [
      ['message text', {}, `the key ${secret} was refused`],
      ['top level', { apiKey: secret }, 'm'],
      ['depth 5', { a: { b: { c: { d: [{ apiKey: secret }] } } } }, 'm'],
      ['capital header', { headers: { Authorization: `Bearer ${secret}` } }, 'm'],
      ['raw headers', { rawHeaders: ['authorization', `bearer ${secret}`] }, 'm'],
      ['err.message and stack', { err: failing(`401 for ${secret}`) }, 'm'],
      ['err.headers', { err: failing('401', { headers: { 'X-Api-Key': secret } }) }, 'm'],
      ['err.cause', { err: new Error('outer', { cause: failing(`inner ${secret}`) }) }, 'm'],
      ['URL', { url: `https://gateway.test/v1?key=${encodeURIComponent(secret)}` }, 'm'],
      ['user part of a URL', { url: `redis://user:${encodeURIComponent(secret)}@redis.test:6379` }, 'm'],
      ['a JSON text inside a string', { body: JSON.stringify({ echoed: secret }) }, 'm'],
      ['a field name', { [secret]: 1 }, 'm'],
      ['Basic header', { auth: `Basic ${Buffer.from(`u:${secret}`).toString('base64')}` }, 'm'],
      ['Base64', { encoded: Buffer.from(secret).toString('base64') }, 'm'],
    ];
    it.each(shapes)(`${secret.slice(0, 8)}… as %s`, (_shape, fields, message) => {
      const [line = ''] = lines([secret], (logger) => logger.error(fields, message));
      const parsed: unknown = JSON.parse(line);
      for (const shape of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        expect(line).not.toContain(shape);
      }
      expect(line).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
      expect(line).not.toContain(Buffer.from(`u:${secret}`).toString('base64'));
      expect(JSON.stringify(parsed)).toContain('[secret]');
    });
  }

  it('that it learned of while running, in child loggers too, made before or after', () => {
    const written = lines([], (logger) => {
      const child = logger.child({});
      logger.info(plainKey);
      addSecrets(child, [plainKey]);
      logger.info(plainKey);
      child.info(plainKey);
      logger.child({ key: plainKey }).info('m');
      addSecrets(logger, ['another-key-of-ours']);
      logger.info(`${plainKey} another-key-of-ours`);
    });
    expect(written.map((line) => /sk-plain|another/.test(line))).toEqual([true, false, false, false, false]);
  });

  it('in child loggers and their bindings', () => {
    const [line = ''] = lines([plainKey], (logger) => logger.child({ key: plainKey }).info('m'));
    expect(line).not.toContain(plainKey);
  });

  it('nor a bearer key that nobody told it of, nor the password of an unknown URL', () => {
    const [line = ''] = lines([], (logger) =>
      logger.info({ authorization: 'Bearer unheard-of-key' }, 'redis://admin:hunter2@host:6379/0'),
    );
    expect(line).not.toMatch(/unheard-of-key|hunter2/);
    expect(line).toContain('redis://[secret]@host:6379/0');
    const [bare = ''] = lines([], (logger) => logger.info('redis://hunter2@host and https://host/?to=a@b.test'));
    expect(JSON.parse(bare)).toMatchObject({ msg: 'redis://[secret]@host and https://host/?to=a@b.test' });
  });
});

describe('a scrubbed line stays one line of JSON', () => {
  it.each([
    ['a secret that is a number', '12345678', { count: 12345678 }],
    ['a secret that begins like an escape', 'nabcdefgh', { text: '\nabcdefgh' }],
    ['a secret with a line break', 'abc\ndefgh', { text: 'abc\ndefgh' }],
  ])('%s', (_case, secret, fields) => {
    const written = lines([secret], (logger) => logger.info(fields, 'm'));
    expect(written).toHaveLength(1);
    expect(() => JSON.parse(written[0] ?? '')).not.toThrow();
    expect(written[0]).not.toContain(secret);
  });

  it('with text that tries to forge a second entry', () => {
    const written = lines([], (logger) => logger.info({ title: '\n{"level":60,"msg":"forged"}\u001b[31m' }, 'm'));
    expect(written).toHaveLength(1);
    expect(written[0]?.trimEnd()).not.toContain('\n');
    expect(written[0]).not.toContain('\u001b');
  });
});

it('names level, time and process, and keeps what is no secret', () => {
  const [line = ''] = lines([plainKey], (logger) => logger.warn({ sku: 'A-1', costNanoUsd: 17 }, 'ready'));
  expect(JSON.parse(line)).toMatchObject({
    level: 'warn',
    name: 'worker',
    sku: 'A-1',
    costNanoUsd: 17,
    msg: 'ready',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

it('does not scrub words shorter than 4 characters', () => {
  const [line = ''] = lines(['', 'a', 'msg'], (logger) => logger.info('a message'));
  expect(JSON.parse(line)).toMatchObject({ msg: 'a message' });
});
