import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { declaredFormat, refuseSignature } from './format.ts';

const of = (contentType: string | undefined, contentEncoding?: string) =>
  declaredFormat({ headers: { 'content-type': contentType, 'content-encoding': contentEncoding } } as IncomingMessage);

describe('a content type', () => {
  test.each([
    ['application/json', 'json'],
    ['Application/JSON; charset=UTF-8', 'json'],
    ['application/x-ndjson', 'ndjson'],
    ['application/ndjson', 'ndjson'],
    ['text/csv; header=present; charset="utf-8"', 'csv'],
    ['text/csv;charset=us-ascii', 'csv'],
  ])('%s is taken', (type, format) => {
    expect(of(type)).toBe(format);
    expect(of(type, 'identity')).toBe(format);
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'application/jsonx',
    'multipart/form-data',
    'application/json; charset=latin1',
    'constructor',
    '__proto__',
  ])('%s is 415', (type) => {
    expect(() => of(type)).toThrow(expect.objectContaining({ code: 'unsupported-media-type' }));
  });
});

describe('the first bytes', () => {
  test.each([
    ['a workbook', Buffer.from('PK\u0003\u0004'), 'Excel workbook'],
    ['gzip', gzipSync('x'), 'gzip'],
    ['zstd', Buffer.from('28b52ffd', 'hex'), 'zstd'],
    ['an old workbook', Buffer.from('d0cf11e0', 'hex'), 'old Excel workbook'],
    ['UTF-16 LE', Buffer.from('\ufeffsku', 'utf16le'), 'UTF-16'],
    ['UTF-16 BE', Buffer.from('\ufeffsku', 'utf16le').swap16(), 'UTF-16'],
    ['UTF-16 LE without a mark', Buffer.from('sku', 'utf16le'), 'UTF-16'],
    ['UTF-16 BE without a mark', Buffer.from('sku', 'utf16le').swap16(), 'UTF-16'],
  ])('of %s are told', (_, bytes, what) => {
    expect(() => refuseSignature(bytes)).toThrow(what);
  });

  test.each(['sku,', '{"it', '\ufeffsku', 'é,è', 'P', '', '\n\n\n\n', 'PKL-1,2'])('%j are text', (start) => {
    expect(() => refuseSignature(Buffer.from(start))).not.toThrow();
  });
});
