import { z } from 'zod';

/** What GET /v1/whoami answers. */
export const whoAmI = z
  .strictObject({ name: z.string(), scope: z.enum(['read', 'write', 'admin']) })
  .meta({ id: 'WhoAmI', example: { name: 'ops', scope: 'admin' } });
