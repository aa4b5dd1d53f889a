import http from 'node:http';
import https from 'node:https';
import { answerTimeoutMs, connectionFault } from './connection-fault.ts';

/**
 * Asks a gateway for its models. A gateway without that list answers all the same, so only silence, a fault of its own
 * and a refused key are told.
 *
 * @returns a warning for the terminal, without secrets; undefined if all seems well
 */
export async function gatewayWarning(baseUrl: string, apiKeys: readonly string[]): Promise<string | undefined> {
  const url = new URL(baseUrl);
  const gatewayUrl = url.origin + url.pathname.replace(/\/+$/, '');
  const gateway = `The gateway at ${gatewayUrl}`;
  const [key] = apiKeys;
  try {
    const status = await statusOf(new URL(`${gatewayUrl}/models${url.search}`), key);
    if (status === 401 || status === 403) {
      const what = key ? 'refuses the key' : 'asks for a key';
      return `${gateway} ${what} (status ${status}): its calls will be refused too. Check GATEWAY_API_KEYS.`;
    }
    if (status < 500) return undefined;
    return `${gateway} answers with status ${status}: its calls wait until it is well. Check GATEWAY_BASE_URL.`;
  } catch (error) {
    const why = connectionFault(error);
    return `${gateway} does not answer (${why}): its calls wait until it does. Check GATEWAY_BASE_URL.`;
  }
}

/** Not by fetch, which refuses ports that the worker takes. */
function statusOf(url: URL, key: string | undefined): Promise<number> {
  const options = {
    headers: key ? { authorization: `Bearer ${key}` } : {},
    signal: AbortSignal.timeout(answerTimeoutMs),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, options, (response) => {
      resolve(response.statusCode as number);
      response.destroy();
    });
    request.on('error', reject);
  });
}
