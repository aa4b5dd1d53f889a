/** @import { Batch } from './shapes.d.ts' */
import { ApiProblem, problemFrom } from './api.js';

/** @type {Readonly<Record<string, string>>} */
const formats = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
};

/**
 * The media type of a catalogue, by its name; undefined if it tells none that is taken.
 *
 * @param {File} file
 */
export function fileFormat({ name }) {
  return formats[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
}

/** A key by which the API knows the same submission again after a cut. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Sends a file as a batch, telling how much of it is out.
 *
 * @param {File} file
 * @param {{ format: string, query: URLSearchParams, key: string, started: (request: XMLHttpRequest) => void }} terms
 * @param {(percent: number) => void} onProgress
 * @returns {Promise<Batch>}
 * @throws {ApiProblem}
 */
export function send(file, { format, query, key, started }, onProgress) {
  return new Promise((resolve, reject) => {
    // fetch tells nothing of how far an upload is.
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/batches?${query}`);
    request.setRequestHeader('content-type', format);
    request.setRequestHeader('idempotency-key', key);
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? (loaded / total) * 100 : 0),
    );
    request.addEventListener('load', () => {
      if (request.status === 202 || request.status === 200) resolve(JSON.parse(request.responseText));
      else reject(new ApiProblem(problemFrom(request.status, request.responseText)));
    });
    const cut = () => reject(new ApiProblem(uploadCut));
    request.addEventListener('error', cut);
    request.addEventListener('abort', cut);
    started(request);
    request.send(file);
  });
}

const uploadCut = {
  type: 'about:blank',
  title: 'The upload was cut',
  status: 0,
  detail: 'The connection to Reprice broke before it answered. Submit once more: the same file is never taken twice.',
};
