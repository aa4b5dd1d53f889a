import { z } from 'zod';

const place = z
  .strictObject({
    pointer: z
      .string()
      .optional()
      .meta({ description: 'JSON pointer (RFC 6901) into the body', example: '/items/0/price' }),
    parameter: z.string().optional().meta({ description: 'Name of a query parameter', example: 'limit' }),
    header: z.string().optional().meta({ description: 'Name of a request header', example: 'idempotency-key' }),
    code: z.string().optional().meta({ description: 'Kebab-case word for programs', example: 'not-money' }),
    detail: z.string().meta({ description: 'What was found, and what is taken' }),
  })
  .meta({ id: 'ProblemPlace', description: 'One fault of the input, with the place it stands at' });

/** What every reply other than a success is (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z
      .string()
      .regex(/^\/problems\/[a-z-]+$/)
      .meta({
        description: 'Stable; the path of a page that tells what to do about it',
        example: '/problems/validation',
      }),
    title: z.string().meta({ example: 'Some values are not valid' }),
    status: z.int().min(400).max(599).meta({ example: 400 }),
    detail: z.string().meta({ example: '"limit" must be a whole number from 1 to 200.' }),
    errors: z.array(place).optional().meta({ description: 'The places of all faults of the input' }),
    requestId: z.string().optional().meta({ description: 'The line of the log that this reply is told in' }),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457 problem. Some types carry further members, e.g. `callsUnderWay`.',
    example: {
      type: '/problems/validation',
      title: 'Some values are not valid',
      status: 400,
      detail: '"limit" must be a whole number from 1 to 200.',
      errors: [{ parameter: 'limit', code: 'invalid', detail: '"limit" must be a whole number from 1 to 200.' }],
      requestId: '3f0f2d7e-2a53-4f0c-9b3b-0f3a5f1d9a10',
    },
  });
