import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type FieldError, Refusal } from '../domain/refusal.ts';
import { isOutage } from '../store/outage.ts';
import { toFieldErrors } from './validation.ts';

/** RFC 9457 problem details; `errors` names each field and how to mend it. */
interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors: FieldError[];
}

const SLUGS: Record<number, string> = {
  400: 'malformed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  414: 'path-too-long',
  415: 'unsupported-media-type',
  422: 'invalid',
  431: 'headers-too-large',
  500: 'internal',
  503: 'unavailable',
};

/** The problem document of a status. `type` is a stable URN of the status's kind. */
export function problem(status: number, title: string, errors: FieldError[]): Problem {
  const detail = errors.map(({ field, detail: mend }) => `${field} ${mend}`).join('; ') || title;
  return { type: `urn:dosebell:problem:${SLUGS[status] ?? 'request'}`, title, status, detail, errors };
}

/** What Fastify itself refuses, by its error code: status, title, field and mend. */
const FRAMEWORK: Record<string, [status: number, title: string, field: string, detail: string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'The body is too large', 'body', 'is larger than 1 MB: send less at once'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'The media type is not supported', 'content-type', 'must be application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'The body is empty', 'body', 'must be a JSON object'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    400,
    'The body is not JSON',
    'body',
    'must be valid JSON without "__proto__" or "constructor" keys',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'The body is incomplete',
    'content-length',
    'must be the number of bytes sent',
  ],
  FST_ERR_BAD_URL: [400, 'The path is not valid', 'path', 'has a broken percent-encoding: encode it as UTF-8'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'The path is too long', 'path', 'has a part that is longer than any id'],
};

/** Turns whatever was thrown into a problem. Anything unforeseen is a 500 that tells nothing. */
export function toProblem(error: FastifyError | Error): Problem {
  if (error instanceof Refusal) return problem(error.status, error.message, error.errors);
  const { code = '', statusCode = 500, validation, validationContext = 'body' } = error as Partial<FastifyError>;
  if (validation !== undefined)
    return problem(422, 'The input is not valid', toFieldErrors(validation, validationContext));
  const known = FRAMEWORK[code];
  if (known !== undefined) return problem(known[0], known[1], [{ field: known[2], detail: known[3] }]);
  if (statusCode >= 400 && statusCode < 500) {
    return problem(statusCode, 'The request is not valid', [{ field: 'request', detail: 'is not well-formed HTTP' }]);
  }
  if (isOutage(error)) {
    return problem(503, 'The database is away', [
      { field: 'request', detail: 'may not have been carried out: send it again in a moment' },
    ]);
  }
  return problem(500, 'Something went wrong on our side', [
    { field: 'request', detail: 'was not carried out: send it again later' },
  ]);
}

/** Sends a problem in its own media type. */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (body.status === 401) reply.header('www-authenticate', 'Bearer realm="dosebell"');
  if (body.status === 503) reply.header('retry-after', '1');
  reply.code(body.status).header('content-type', 'application/problem+json');
  return reply.send(Buffer.from(JSON.stringify(body))); // bytes: to text Fastify would add a charset
}

/** The one error handler. An unforeseen error is logged by its class, code and place: its message may hold patient data. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = toProblem(error);
  if (body.status >= 500 && !((error as Error) instanceof Refusal)) {
    const at = error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim());
    request.log.error({ error: error.name, code: error.code, at }, 'request failed');
  }
  return sendProblem(reply, body);
}
