/** What the doctor found of one thing. */
export interface Finding {
  /** What it is about, such as `redis-memory`. */
  readonly id: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** For a person; never a secret. */
  readonly detail: string;
  /** What to do. */
  readonly advice?: string;
}

/** All is well with it. */
export const ok = (id: string, detail: string): Finding => ({ id, state: 'ok', detail });

/** It works, and will not for long, or not as it should. */
export const warning = (id: string, detail: string, advice: string): Finding => ({
  id,
  state: 'warning',
  detail,
  advice,
});

/** It keeps work from being done, or loses it. */
export const failed = (id: string, detail: string, advice: string): Finding => ({
  id,
  state: 'failed',
  detail,
  advice,
});
