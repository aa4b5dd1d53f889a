import { z } from 'zod';
import { instant, tally } from './values.ts';

const members = {
  id: z.string().meta({ description: 'Fingerprint of the key, never the key itself', example: '0a1b2c3d4e5f' }),
  position: z
    .int()
    .positive()
    .nullable()
    .meta({ description: 'Place in the order of use, from 1; null = this API is not configured with it' }),
  state: z.enum(['active', 'resting', 'revoked']),
  untilAt: instant.nullable().meta({ description: 'When a resting key is tried again' }),
  reason: z.string().nullable(),
  calls: tally,
  refused: tally,
  inUse: z.boolean().meta({ description: 'Whether a running worker holds it' }),
};

const example = {
  id: '0a1b2c3d4e5f',
  position: 1,
  state: 'resting',
  untilAt: '2026-11-21T09:31:00.000Z',
  reason: 'status 401',
  calls: 40,
  refused: 2,
  inUse: true,
};

/** A key of the gateway: its fingerprint and what became of it. */
export const gatewayKeySchema = z.strictObject(members).meta({ id: 'GatewayKey', example });

/** All keys of the gateway. */
export const gatewayKeysSchema = z
  .strictObject({ items: z.array(gatewayKeySchema), nextCursor: z.null() })
  .meta({ id: 'GatewayKeys' });

/** A key after it was revoked or restored. */
export const changedKeySchema = z
  .strictObject({ ...members, usableKeys: tally.meta({ description: 'Keys that can be used now' }) })
  .meta({ id: 'ChangedGatewayKey', example: { ...example, state: 'revoked', untilAt: null, usableKeys: 1 } });
