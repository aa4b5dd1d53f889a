import type { GatewayOutcome } from '@reprice/gateway';
import { expect, it } from 'vitest';
import { heedGateway } from './heed-gateway.ts';
import type { Tools } from './tools.ts';

function alarmsOf(outcome: GatewayOutcome, stopping = new AbortController().signal): unknown[] {
  const alarms: unknown[] = [];
  const tools = {
    store: undefined as unknown as Tools['store'],
    stopping,
    alarm: (fields: object, message: string) => alarms.push({ ...fields, message }),
  };
  heedGateway(tools, outcome);
  return alarms;
}

it('tells that no key can be used, and why, since all packs wait for one', () => {
  expect(alarmsOf({ kind: 'unauthorized', status: 401, message: 'every API key is revoked', sent: false })).toEqual([
    { detail: 'every API key is revoked', message: expect.stringContaining('no key of the gateway can be used') },
  ]);
});

it('tells that calls fail, and with which words of the gateway', () => {
  expect(alarmsOf({ kind: 'overloaded', status: 503, message: 'status 503: busy' })).toEqual([
    {
      outcome: 'overloaded',
      detail: 'The gateway is overloaded: status 503: busy',
      message: expect.stringContaining('a call to the gateway failed'),
    },
  ]);
});

it('is silent about a call that our own shutdown ended', () => {
  const outcome: GatewayOutcome = { kind: 'unreachable', message: 'given up by the caller', sent: true };
  expect(alarmsOf(outcome, AbortSignal.abort())).toEqual([]);
});

it('is silent about a request that the gateway refused: its SKUs tell that themselves', () => {
  expect(alarmsOf({ kind: 'refused', status: 400, message: 'no', tooLong: false })).toEqual([]);
});
