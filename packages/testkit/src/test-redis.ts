import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Provided by global-setup.ts. */
    redisUrl: string;
  }
}

let namespaces = 0;

/** The Redis of this test run, shared by all test files: keep to a namespace of `freshNamespace()`. */
export function testRedis(): { url: string } {
  return { url: inject('redisUrl') };
}

/** A name that nothing else in this or any other run uses: for key prefixes, queues and the like. `[a-z0-9]` only. */
export function freshNamespace(): string {
  namespaces++;
  return `t${Date.now().toString(36)}p${process.pid.toString(36)}n${namespaces}`;
}
