/** @import { ProblemBody } from './shapes.d.ts' */

/** An answer that is no success: the problem's own words. `status` 0 = no answer at all. */
export class ApiProblem extends Error {
  /** @param {ProblemBody} body */
  constructor(body) {
    super(body.detail);
    this.name = 'ApiProblem';
    this.body = body;
  }

  get status() {
    return this.body.status;
  }
}

/** @type {ProblemBody} */
export const noAnswer = {
  type: 'about:blank',
  title: 'The server does not answer',
  status: 0,
  detail: 'Reprice’s API cannot be reached. Check that it runs (npm start, or npm run api) and that the network is up.',
};

/**
 * Calls the API with the login's cookie.
 *
 * @param {string} path
 * @param {{ method?: string, body?: unknown, signal?: AbortSignal }} [options] `body` is sent as JSON
 * @returns {Promise<any>} the JSON answer
 * @throws {ApiProblem}
 */
export async function call(path, { method = 'GET', body, signal } = {}) {
  /** @type {RequestInit} */
  const init = { method, headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiProblem(noAnswer);
  }
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  return response.json();
}

/**
 * The first lines of an NDJSON answer; the rest is not fetched.
 *
 * @param {string} path
 * @param {number} most
 * @returns {Promise<any[]>}
 */
export async function firstLines(path, most) {
  const response = await fetch(path).catch(() => {
    throw new ApiProblem(noAnswer);
  });
  if (!response.ok || !response.body) throw new ApiProblem(await problemOf(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (!done) text += value;
    const lines = text.split('\n');
    if (!done) lines.pop();
    const whole = lines.filter((line) => line !== '');
    if (done || whole.length >= most) {
      await reader.cancel();
      return whole.slice(0, most).map((line) => JSON.parse(line));
    }
  }
}

/**
 * The problem of anything that was thrown.
 *
 * @param {unknown} error
 * @returns {ProblemBody}
 */
export function asProblem(error) {
  if (error instanceof ApiProblem) return error.body;
  return { ...noAnswer, title: 'Something went wrong on this page', detail: String(error) };
}

/**
 * @param {Response} response
 * @returns {Promise<ProblemBody>}
 */
async function problemOf(response) {
  return problemFrom(response.status, await response.text().catch(() => ''));
}

/**
 * The problem in the text of an answer; a proxy's page instead of one is told as such.
 *
 * @param {number} status
 * @param {string} text
 * @returns {ProblemBody}
 */
export function problemFrom(status, text) {
  try {
    const body = JSON.parse(text);
    if (typeof body.title === 'string' && typeof body.detail === 'string') return { ...body, status };
  } catch {
    // no JSON
  }
  if (status === 0) return noAnswer;
  const detail = 'The answer did not come from Reprice: perhaps from a proxy in front of it.';
  return { type: 'about:blank', title: `The server answered with status ${status}`, status, detail };
}
