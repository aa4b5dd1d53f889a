import type { z } from 'zod';

/** The groups under which /docs lists the operations. */
export type OperationTag =
  | 'batches'
  | 'jobs'
  | 'observations'
  | 'prices'
  | 'budget'
  | 'limits'
  | 'gateway'
  | 'canary'
  | 'sinks'
  | 'events'
  | 'service';

/** One reply of an operation. */
export interface OperationReply {
  readonly description: string;
  /** By media type; absent = no body. */
  readonly content?: Readonly<Record<string, z.ZodType>>;
  /** Response headers, each with what it tells. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What /openapi.json tells of a route. The schemas are the very ones that read the request; replies are held to theirs by a test that calls
 * every operation. The path's parameters follow from the route, 401, 403, 429 and 503 are told of all.
 */
export interface Operation {
  /** operationId, camelCase, unique. */
  readonly id: string;
  readonly tag: OperationTag;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  /** The shape that readQuery takes. */
  readonly query?: z.ZodRawShape;
  /** Request headers that mean something here. */
  readonly headers?: z.ZodRawShape;
  /** The body by media type. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** Whether the request may come without a body. */
  readonly bodyOptional?: boolean;
  readonly replies: Readonly<Record<number, OperationReply>>;
  /** Schemas that only a body of text refers to, by their ids. */
  readonly schemas?: Readonly<Record<string, z.ZodType>>;
}
