import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

interface Problem {
  status: number;
  title: string;
  detail: string;
  field?: string | undefined;
}

/** Answers with a problem document (RFC 9457); `field` is a JSON pointer or a field name. */
export function sendProblem(reply: FastifyReply, { status, title, detail, field }: Problem): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, detail, ...(field !== undefined && { field }) });
}

/** Schema errors become 422 with the field; other client errors keep their 4xx; only a bug of ours would be a 500. */
export function problemOfError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [violation] = error.validation ?? [];
  if (violation !== undefined) {
    const { missingProperty, additionalProperty, allowedValues } = violation.params;
    const place = violation.instancePath.split('/').slice(1);
    const field = [...place, missingProperty ?? additionalProperty ?? []].flat().join('.');
    const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
    const detail = `${place.join('.') || 'body'} ${violation.message ?? 'is not valid'}${allowed}`;
    return sendProblem(reply, { status: 422, title: 'Not valid', detail, field });
  }
  const status = error.statusCode ?? 500;
  return sendProblem(reply, {
    status,
    title: status < 500 ? 'Not readable' : 'Simulator error',
    detail: error.message,
  });
}

export function problemNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const detail = `nothing answers ${request.method} ${request.url}`;
  return sendProblem(reply, { status: 404, title: 'Not found', detail });
}
