import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { readBody } from './request-body.ts';
import { sendError, sendJson } from './respond.ts';

/** Answers a control call with what `take` gives; a ZodError of it is a 400 that names each wrong field. */
export function takeJson(request: IncomingMessage, response: ServerResponse, take: (body: unknown) => unknown): void {
  const refuse = (message: string): void => sendError(response, 400, 'invalid_request_error', message);
  readBody(
    request,
    (body) => {
      try {
        sendJson(response, 200, take(JSON.parse(body)));
      } catch (error) {
        if (error instanceof z.ZodError) refuse(faultWords(error));
        else if (error instanceof SyntaxError) refuse('the body is not JSON');
        else throw error;
      }
    },
    () => refuse('the body is too large'),
  );
}

function faultWords(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}
