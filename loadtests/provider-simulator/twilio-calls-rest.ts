import type { FastifyInstance } from 'fastify';
import { delayOf, type Verdict } from './faults.ts';
import { newSid } from './twilio-account.ts';
import { callResource, type PhoneCall, type TwilioCalls } from './twilio-calls.ts';
import {
  create,
  E164,
  type Fields,
  guard,
  invalidNumber,
  notFound,
  one,
  pageSizeOf,
  refuse,
  send,
  type TwilioOptions,
} from './twilio-resource.ts';

interface CallsOptions extends TwilioOptions {
  calls: TwilioCalls;
}

/** Twilio's Calls resource (API version 2010-04-01): create, list, fetch, and the requests of a call. */
export async function twilioCallsRest(app: FastifyInstance, { books, account, calls, isDown }: CallsOptions) {
  const { accountSid } = account.identity;
  await guard(app, { books, account, isDown, provider: 'twilio_voice' });

  app.post(`/Calls.json`, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields;
    const to = one(fields.To) ?? '';
    return create(request, reply, books, {
      provider: 'twilio_voice',
      to,
      contact: to,
      fields,
      invalid: () => invalid(fields),
      make(verdict, attemptId) {
        const call = newCall(fields, verdict, accountSid);
        calls.add(call);
        const { message, answers } = books.accept({
          provider: 'twilio_voice',
          to,
          press: (key) => calls.press(call.sid, key),
          text: '(ringing)',
          attemptId,
          ref: call.sid,
          verdict,
        });
        calls.dial(call, message, { keys: answers, verdict });
        return callResource(accountSid, call);
      },
    });
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
    const found = calls.find({ to: one(query.To), from: one(query.From) }).slice(0, pageSizeOf(query));
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
    shownAt: now + delayOf(verdict, 'late_lookup'),
    eventsAt: now + delayOf(verdict, 'late_events'),
    events: [{ request: { method: 'POST', url: `/2010-04-01/Accounts/${accountSid}/Calls.json`, parameters } }],
  };
}
