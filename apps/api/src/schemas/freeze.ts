import { z } from 'zod';

/** A text that a person gives to an act of theirs. */
export const note = z.string('a text').max(200, 'a text of 200 characters at most');

/** PUT /v1/freeze. */
export const freezeBody = z
  .strictObject({ frozen: z.boolean('true or false'), reason: note.optional() })
  .meta({ id: 'FreezeChange', example: { frozen: true, reason: 'prices of category shoes look wrong' } });

/** What GET and PUT /v1/freeze answer. */
export const freezeState = z
  .union([
    z.strictObject({ frozen: z.literal(false) }),
    z.strictObject({ frozen: z.literal(true), reason: z.string(), by: z.string(), since: z.iso.datetime() }),
  ])
  .meta({
    id: 'Freeze',
    example: {
      frozen: true,
      reason: 'prices of category shoes look wrong',
      by: 'ops',
      since: '2026-11-21T10:00:00.000Z',
    },
  });
