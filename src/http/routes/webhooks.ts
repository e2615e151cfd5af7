import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { parseTwilioInbound, parseTwilioStatus } from '#channels/twilio/callbacks.ts';
import { receiveReply } from '../../ack/inbound.ts';
import type { App } from '../../app.ts';
import { applyReceipts } from '../../dispatch/receipts.ts';
import { Refusal } from '../../domain/refusal.ts';
import { escapeMarkup } from '../markup.ts';
import { problems } from '../schemas/common.ts';
import { onlySignedByTwilio } from '../twilio-signed.ts';
import { gatewayRoutes } from './gateway-webhook.ts';
import { voiceRoutes } from './voice-webhook.ts';

const Fields = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));
const shared = { tags: ['webhooks'], security: [], body: Fields, querystring: Fields };
const refusals = problems(403, 413, 415);

/** What the providers call that are configured. */
export function webhookRoutes(app: App): FastifyPluginAsyncTypebox {
  const { twilio, http } = app.config.sms;
  return async (server) => {
    const account = twilio ?? app.config.whatsapp ?? app.config.voice;
    if (account !== undefined) await server.register(twilioRoutes(app, account));
    if (http?.callback !== undefined) await server.register(gatewayRoutes(app, { ...http, callback: http.callback }));
  };
}

/** What Twilio calls, signed with the account's auth token over the public URL. */
function twilioRoutes(app: App, account: { accountSid: string; authToken: string }): FastifyPluginAsyncTypebox {
  return async (server) => {
    await onlySignedByTwilio(server, account, app.config.http.publicUrl);
    if (app.config.voice !== undefined) await server.register(voiceRoutes(app));

    server.post(
      '/webhooks/twilio/messages',
      {
        schema: {
          ...shared,
          summary: 'A message from a patient, by SMS or WhatsApp',
          description: 'Answers TwiML with the reply, or an empty response.',
          response: refusals,
        },
      },
      async ({ body }, reply) => {
        const message = parseTwilioInbound(body);
        if (message === null) throw incomplete('MessageSid, From, To and Body');
        const answer = await receiveReply(app, message);
        return reply.type('text/xml').send(twiml(answer.reply));
      },
    );

    server.post(
      '/webhooks/twilio/status',
      {
        schema: { ...shared, summary: 'The status of a message we sent', response: { 204: Type.Null(), ...refusals } },
      },
      async ({ query, body }, reply) => {
        const receipt = parseTwilioStatus(query, body);
        if (receipt === null) throw incomplete('attempt (in the query), MessageSid and MessageStatus');
        await applyReceipts(app, [receipt]);
        return reply.code(204).send(null);
      },
    );
  };
}

function incomplete(names: string): Refusal {
  return new Refusal(422, 'The message is incomplete', [{ field: 'body', detail: `must have ${names}` }]);
}

function twiml(reply: string | null): string {
  const message = reply === null ? '' : `<Message>${escapeMarkup(reply)}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${message}</Response>`;
}
