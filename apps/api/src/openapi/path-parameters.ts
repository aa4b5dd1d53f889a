import { z } from 'zod';
import { batchId, jobId, sku } from '../schemas/values.ts';

const gatewayKey = z.string().meta({ description: 'Fingerprint of a key of the gateway', example: '0a1b2c3d4e5f' });

const ids: Readonly<Record<string, z.ZodType>> = {
  batches: batchId.meta({ description: 'Id of a batch' }),
  jobs: jobId.meta({ description: 'Id that `POST /v1/jobs` gave, or of one job of a batch' }),
  feeds: z.string().meta({ description: 'Name of a feed', example: 'market' }),
  keys: gatewayKey,
  sinks: z.string().meta({ description: 'Name of a sink', example: 'shop' }),
  sources: z.string().meta({ description: 'Name of a source of the config file', example: 'shop' }),
};

/** The parameters of a path such as `/v1/batches/:id`; undefined if it has none. Throws for a parameter that nobody described. */
export function pathParameters(path: string): z.ZodObject | undefined {
  const segments = path.split('/');
  const shape = segments.flatMap((segment, i) => {
    if (!segment.startsWith(':')) return [];
    const name = segment.slice(1);
    const schema = name === 'sku' ? sku : ids[segments[i - 1] ?? ''];
    if (schema === undefined) throw new Error(`The parameter ${segment} of ${path} is described nowhere.`);
    return [[name, schema] as const];
  });
  return shape.length === 0 ? undefined : z.object(Object.fromEntries(shape));
}

/** `/v1/batches/:id` as OpenAPI writes it: `/v1/batches/{id}`. */
export function templateOf(path: string): string {
  return path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
}
