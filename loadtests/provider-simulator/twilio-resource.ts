import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Books } from './books.ts';
import { resetInAnswer } from './cut.ts';
import type { Fault, FaultKind, Verdict } from './faults.ts';
import type { TwilioAccount } from './twilio-account.ts';
import type { Provider } from './types.ts';

export interface TwilioOptions {
  books: Books;
  account: TwilioAccount;
  isDown: () => boolean;
}

export interface Refusal {
  code: number;
  status: number;
  message: string;
}

export type Fields = Record<string, string | string[] | undefined>;

export const E164 = /^\+[1-9]\d{6,14}$/;
const UNAUTHENTICATED: Refusal = { code: 20003, status: 401, message: 'Authenticate' };

export const refuse = (code: number, message: string): Refusal => ({ code, status: 400, message });

/** The answer of each fault that refuses a message. */
const FAULT_REFUSALS: Partial<Record<FaultKind, (fault: Fault, to: string) => Refusal>> = {
  rate_limited: () => ({ code: 20429, status: 429, message: 'Too Many Requests' }),
  server_error: ({ status }) =>
    status === 503
      ? { code: 20503, status: 503, message: 'Service Unavailable' }
      : { code: 20500, status: 500, message: 'Internal Server Error' },
  unauthenticated: () => UNAUTHENTICATED,
  invalid_number: (_fault, to) => invalidNumber(to),
  not_mobile: (_fault, to) => refuse(21614, `To number: ${to}, is not a mobile number`),
  opted_out: () => optedOut(),
};

/** What all of Twilio's resources have in common: forms, Twilio's errors, the account's credentials, an outage. */
export async function guard(
  app: FastifyInstance,
  { books, account, isDown, provider }: TwilioOptions & { provider: Provider },
): Promise<void> {
  const { accountSid, authToken } = account.identity;
  const expected = Buffer.from(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`);

  await app.register(formbody);
  app.setErrorHandler((_error, _request, reply) => send(reply, refuse(20001, 'The request could not be read')));
  app.setNotFoundHandler((request, reply) => send(reply, notFound(request.url)));

  // The control port carries Twilio too, and stays open when Twilio is down.
  app.addHook('onRequest', async (request, reply) => {
    return isDown() ? drop(request, reply) : undefined;
  });
  app.addHook('preHandler', async (request, reply) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return;
    if (request.method === 'POST') books.refuse(provider, attemptOf(request.body as Fields), '20003');
    return send(reply, UNAUTHENTICATED);
  });
}

/** A request to make something. */
interface Order {
  provider: Provider;
  /** The address it goes to, and the contact that faults are ordered for. */
  to: string;
  contact: string;
  fields: Fields;
  /** The first thing wrong with it, as Twilio would say it; null when it can be made. */
  invalid: () => Refusal | null;
  /** Makes it, in the books too; returns the resource. */
  make: (verdict: Verdict, attemptId: string | null) => object;
}

/** Makes what is asked for and answers with it, or refuses, or loses the request or the answer: as the faults say. */
export async function create(request: FastifyRequest, reply: FastifyReply, books: Books, order: Order) {
  const { provider, to, contact, fields, invalid, make } = order;
  const attemptId = attemptOf(fields);
  const verdict = books.faults.decide(provider, contact);
  const { latencyMs, answer } = verdict;
  if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });

  const refusal = (answer && FAULT_REFUSALS[answer.kind]?.(answer, to)) ?? invalid();
  if (refusal) {
    books.refuse(provider, attemptId, String(refusal.code));
    if (answer?.kind === 'rate_limited') reply.header('retry-after', String(answer.retryAfterSeconds ?? 1));
    return send(reply, refusal);
  }
  if (answer?.kind === 'reset_mid_request') {
    books.refuse(provider, attemptId, answer.kind);
    return drop(request, reply);
  }

  const resource = make(verdict, attemptId);
  if (answer?.kind === 'timeout_after_accept') return drop(request, reply);
  if (answer?.kind !== 'reset_mid_answer') return reply.code(201).send(resource);
  reply.hijack();
  resetInAnswer(reply.raw, 201, resource);
  return reply;
}

/** The attempt id travels in the status callback's query, so that a callback names it even if the response was lost. */
function attemptOf(fields: Fields | null): string | null {
  const callback = one(fields?.StatusCallback);
  return callback && URL.canParse(callback) ? new URL(callback).searchParams.get('attempt') : null;
}

export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** How many rows of a list are asked for. */
export function pageSizeOf(query: Fields): number {
  return Math.min(Math.max(Number(one(query.PageSize)) || 50, 1), 1_000);
}

export function invalidNumber(to: string): Refusal {
  return refuse(21211, `Invalid 'To' Phone Number: ${to.slice(0, -4)}XXXX`);
}

export function optedOut(): Refusal {
  return refuse(21610, 'Attempt to send to unsubscribed recipient');
}

export function notFound(url: string): Refusal {
  const [path] = url.split('?');
  return { code: 20404, status: 404, message: `The requested resource ${path} was not found` };
}

export function send(reply: FastifyReply, { code, status, message }: Refusal) {
  return reply.code(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

/** Cuts the connection in place of an answer. */
export function drop(request: FastifyRequest, reply: FastifyReply) {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}
