import type { FastifyInstance } from 'fastify';
import { delayOf, faultOf, type Verdict } from './faults.ts';
import { countSegments } from './segments.ts';
import { newSid, type TwilioAccount } from './twilio-account.ts';
import { messageResource, type SmsMessage } from './twilio-messages.ts';
import {
  create,
  drop,
  E164,
  type Fields,
  guard,
  invalidNumber,
  notFound,
  one,
  optedOut,
  pageSizeOf,
  type Refusal,
  refuse,
  send,
  type TwilioOptions,
} from './twilio-resource.ts';
import { buttonFor, contentOf, numberOf, providerOfAddress, refusedByWhatsapp } from './twilio-whatsapp.ts';
import type { Button } from './whatsapp-templates.ts';

interface MessagesOptions extends TwilioOptions {
  /** WhatsApp alone. */
  isWhatsappDown: () => boolean;
}

const SENDER = /^(\+[1-9]\d{6,14}|\d{3,8}|[A-Za-z0-9 ]{1,11})$/;
/** Twilio's Messages resource (API version 2010-04-01): create, list, fetch. */
export async function twilioRest(app: FastifyInstance, { books, account, isDown, isWhatsappDown }: MessagesOptions) {
  const { accountSid, from: ownNumber } = account.identity;
  await guard(app, { books, account, isDown, provider: 'twilio' });

  app.post(`/Accounts/${accountSid}/Messages.json`, async (request, reply) => {
    const fields = (request.body ?? {}) as Fields;
    const to = one(fields.To) ?? '';
    const sender = one(fields.From) ?? ownNumber;
    const provider = providerOfAddress(to);
    if (provider === 'twilio_whatsapp' && isWhatsappDown()) return drop(request, reply);
    const contact = numberOf(to);
    return create(request, reply, books, {
      provider,
      to,
      contact,
      fields,
      invalid: () => invalid(fields, ownNumber) ?? (account.isOptedOut(to, sender) ? optedOut() : null),
      make(verdict, attemptId) {
        const message = newMessage(fields, verdict, account.messages.newest);
        account.messages.add(message);
        const refused = refusedByWhatsapp(message, verdict, account.inSession(to, sender));
        const press = (action: string) => {
          const button = buttonFor(message.buttons, action);
          if (button === undefined) return Promise.resolve(0);
          return account.inbound({ from: to, to: sender, text: button.title, pressed: { button, message } });
        };
        books.accept({
          provider,
          to: contact,
          reply: (text) => account.inbound({ from: to, to: sender, text }),
          ...(message.buttons.length > 0 && { press }),
          text: message.body,
          attemptId,
          ref: message.sid,
          arrives: refused === undefined,
          verdict,
        });
        account.dispatch(message, verdict, refused);
        return messageResource(accountSid, message);
      },
    });
  });

  app.get(`/Accounts/${accountSid}/Messages/:file`, async (request, reply) => {
    const { file } = request.params as { file: string };
    const message = account.messages.get(file.replace(/\.json$/, ''));
    return message ? messageResource(accountSid, message) : send(reply, notFound(request.url));
  });

  app.get(`/Accounts/${accountSid}/Messages.json`, async (request) => listPage(account, request.query as Fields));
}

/** One page in the shape that Twilio's clients walk by `next_page_uri`. A page starts after its token's message. */
function listPage(account: TwilioAccount, query: Fields) {
  const pageSize = pageSizeOf(query);
  const page = Math.max(Number(one(query.Page)) || 0, 0);
  const found = account.messages.find({
    to: one(query.To),
    from: one(query.From),
    sentOn: one(query.DateSent),
    sentBefore: one(query['DateSent<']),
    sentAfter: one(query['DateSent>']),
  });
  const after = one(query.PageToken)?.replace(/^PA/, '');
  const tokenIndex = after === undefined ? -1 : found.findIndex(({ sid }) => sid === after);
  const start = tokenIndex === -1 ? page * pageSize : tokenIndex + 1;
  const shown = found.slice(start, start + pageSize);
  const last = shown.at(-1);

  const { accountSid } = account.identity;
  const uriOf = (number: number, token?: string) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) parameters.set(name, one(value) ?? '');
    parameters.set('PageSize', String(pageSize));
    parameters.set('Page', String(number));
    parameters.delete('PageToken');
    if (token) parameters.set('PageToken', token);
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${parameters}`;
  };
  return {
    messages: shown.map((message) => messageResource(accountSid, message)),
    first_page_uri: uriOf(0),
    next_page_uri: last && start + shown.length < found.length ? uriOf(page + 1, `PA${last.sid}`) : null,
    previous_page_uri: null,
    uri: uriOf(page),
    page,
    page_size: pageSize,
    start,
    end: Math.max(start + shown.length - 1, start),
  };
}

/** The first thing wrong with a new message, as Twilio would say it; null when it can be sent. */
function invalid(fields: Fields, ownNumber: string): Refusal | null {
  const [to, from, body] = [one(fields.To), one(fields.From), one(fields.Body) ?? ''];
  const content = contentIn(fields);
  const validity = one(fields.ValidityPeriod);
  const callback = one(fields.StatusCallback);
  if (!to) return refuse(21604, "A 'To' phone number is required.");
  if (!E164.test(numberOf(to))) return invalidNumber(to);
  if (!from && !one(fields.MessagingServiceSid)) return refuse(21603, "A 'From' phone number is required.");
  if (providerOfAddress(to) === 'twilio_whatsapp' && from !== `whatsapp:${ownNumber}`)
    return refuse(63007, 'Twilio could not find a Channel with the specified From address');
  if (from && !SENDER.test(numberOf(from))) return refuse(21212, `Invalid From Number (caller ID): ${from}`);
  if (typeof content === 'number') return refuse(content, CONTENT_ERRORS[content]);
  if (body.length > 1_600) return refuse(21617, 'The concatenated message body exceeds the 1600 character limit');
  if (validity !== undefined && !(/^\d+$/.test(validity) && Number(validity) >= 1 && Number(validity) <= 36_000))
    return refuse(21624, 'Invalid validity period value');
  if (callback && !(/^https?:/.test(callback) && URL.canParse(callback)))
    return refuse(21609, `The StatusCallback URL ${callback} is not a valid URL.`);
  return null;
}

const CONTENT_ERRORS = {
  21602: 'Message body is required.',
  21655: 'The ContentSid is Invalid',
  21656: 'The ContentVariables Parameter is invalid',
};

function contentIn(fields: Fields) {
  const [body, contentSid, contentVariables] = [one(fields.Body), one(fields.ContentSid), one(fields.ContentVariables)];
  return contentOf({ body, contentSid, contentVariables });
}

function newMessage(fields: Fields, verdict: Verdict, before: SmsMessage | undefined): SmsMessage {
  const { body, buttons } = contentIn(fields) as { body: string; buttons: Button[] };
  const from = one(fields.From) ?? null;
  const now = Date.now();
  return {
    sid: (faultOf(verdict, 'ref_reused') && before?.sid) ?? newSid('SM'),
    to: one(fields.To) as string,
    from,
    messagingServiceSid: one(fields.MessagingServiceSid) ?? null,
    body,
    contentSid: one(fields.ContentSid) ?? null,
    buttons,
    segments: countSegments(body),
    status: from === null ? 'accepted' : 'queued',
    errorCode: null,
    statusCallback: one(fields.StatusCallback) ?? null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
    shownAt: now + delayOf(verdict, 'late_lookup'),
  };
}
