import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Books } from './books.ts';
import { resetInAnswer } from './cut.ts';
import { faultOf, type Verdict } from './faults.ts';
import { newSid, type TwilioAccount } from './twilio-account.ts';
import { callResource, type PhoneCall, type TwilioCalls } from './twilio-calls.ts';
import {
  attemptOf,
  drop,
  E164,
  FAULT_REFUSALS,
  type Fields,
  guard,
  invalidNumber,
  notFound,
  one,
  refuse,
  send,
} from './twilio-rest.ts';

interface CallsOptions {
  books: Books;
  account: TwilioAccount;
  calls: TwilioCalls;
  isDown: () => boolean;
}

/** Twilio's Calls resource (API version 2010-04-01): create, list, fetch, and the requests of a call. */
export async function twilioCallsRest(app: FastifyInstance, { books, account, calls, isDown }: CallsOptions) {
  const { accountSid } = account.identity;
  await guard(app, { books, account, isDown, provider: 'twilio_voice' });

  app.post(`/Calls.json`, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields;
    const attemptId = attemptOf(fields);
    const to = one(fields.To) ?? '';
    const verdict = books.faults.decide('twilio_voice', to);
    const { latencyMs, answer } = verdict;
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });

    const refusal = (answer && FAULT_REFUSALS[answer.kind]?.(answer, to)) ?? invalid(fields);
    if (refusal) {
      books.refuse('twilio_voice', attemptId, String(refusal.code));
      if (answer?.kind === 'rate_limited') reply.header('retry-after', String(answer.retryAfterSeconds ?? 1));
      return send(reply, refusal);
    }
    if (answer?.kind === 'reset_mid_request') {
      books.refuse('twilio_voice', attemptId, answer.kind);
      return drop(request, reply);
    }

    const call = newCall(fields, verdict, accountSid);
    calls.add(call);
    const press = (key: string) => calls.press(call.sid, key);
    const { message, answers } = books.accept({
      provider: 'twilio_voice',
      to,
      press,
      text: '(ringing)',
      attemptId,
      ref: call.sid,
      verdict,
    });
    calls.dial(call, message, { keys: answers, verdict });
    if (answer?.kind === 'timeout_after_accept') return drop(request, reply);
    const resource = callResource(accountSid, call);
    if (answer?.kind !== 'reset_mid_answer') return reply.code(201).send(resource);
    reply.hijack();
    resetInAnswer(reply.raw, 201, resource);
    return reply;
  });

  app.get(`/Calls/:file`, async (request, reply) => {
    const { file } = request.params as { file: string };
    const call = calls.get(file.replace(/\.json$/, ''));
    return call ? callResource(accountSid, call) : send(reply, notFound(request.url));
  });

  // Twilio has them a quarter of an hour after the call; here they are there at once, unless told otherwise.
  app.get(`/Calls/:sid/Events.json`, async (request, reply) => {
    const call = calls.get((request.params as { sid: string }).sid);
    if (call === undefined) return send(reply, notFound(request.url));
    return page('events', request.url, call.eventsAt <= Date.now() ? call.events : []);
  });

  app.get(`/Calls.json`, async (request) => {
    const query = request.query as Fields;
    const size = Math.min(Math.max(Number(one(query.PageSize)) || 50, 1), 1_000);
    const found = calls.find({ to: one(query.To), from: one(query.From) }).slice(0, size);
    return page(
      'calls',
      request.url,
      found.map((call) => callResource(accountSid, call)),
    );
  });
}

/** The only page of a list. */
function page(name: string, uri: string, rows: unknown[]) {
  return {
    [name]: rows,
    uri,
    first_page_uri: uri,
    next_page_uri: null,
    previous_page_uri: null,
    page: 0,
    page_size: 50,
  };
}

/** The first thing wrong with a new call, as Twilio would say it; null when it can be made. */
function invalid(fields: Fields) {
  const [to, from, url] = [one(fields.To), one(fields.From), one(fields.Url)];
  if (!to) return refuse(21201, "No 'To' number specified");
  if (!E164.test(to)) return invalidNumber(to);
  if (!from) return refuse(21213, "'From' phone number is required");
  if (!E164.test(from)) return refuse(21212, `Invalid 'From' Phone Number: ${from}`);
  if (!url || !/^https?:/.test(url) || !URL.canParse(url)) return refuse(21205, `Url is not a valid URL: ${url ?? ''}`);
  const seconds = Number(one(fields.Timeout) ?? 60);
  if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= 600)) return refuse(21218, 'Invalid Timeout');
  return null;
}

function newCall(fields: Fields, verdict: Verdict, accountSid: string): PhoneCall {
  const now = Date.now();
  const sid = newSid('CA');
  const parameters = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return {
    sid,
    to: one(fields.To) as string,
    from: one(fields.From) as string,
    url: one(fields.Url) as string,
    statusCallback: one(fields.StatusCallback) ?? null,
    statusEvents: [fields.StatusCallbackEvent ?? 'completed'].flat(),
    detectsMachines: fields.MachineDetection !== undefined,
    status: 'queued',
    answeredBy: null,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    shownAt: now + (faultOf(verdict, 'late_lookup')?.delayMs ?? 0),
    eventsAt: now + (faultOf(verdict, 'late_events')?.delayMs ?? 0),
    events: [{ request: { method: 'POST', url: `/2010-04-01/Accounts/${accountSid}/Calls.json`, parameters } }],
  };
}
