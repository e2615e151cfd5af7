import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { parseTwilioInbound, parseTwilioStatus } from '#channels/twilio/callbacks.ts';
import { receiveReply } from '../../ack/inbound.ts';
import type { App } from '../../app.ts';
import { applyReceipts } from '../../dispatch/receipts.ts';
import { escapeMarkup, twiml } from '../markup.ts';
import { incomplete, onlySignedByTwilio, signedRefusals, signedSchema } from '../twilio-signed.ts';
import { gatewayRoutes } from './gateway-webhook.ts';
import { voiceRoutes } from './voice-webhook.ts';

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
          ...signedSchema,
          summary: 'A message from a patient, by SMS or WhatsApp',
          description: 'Answers TwiML with the reply, or an empty response.',
          response: signedRefusals,
        },
      },
      async ({ body }, reply) => {
        const message = parseTwilioInbound(body);
        if (message === null) throw incomplete('MessageSid, From, To and Body');
        const answer = await receiveReply(app, message);
        const verbs = answer.reply === null ? '' : `<Message>${escapeMarkup(answer.reply)}</Message>`;
        return reply.type('text/xml').send(twiml(verbs));
      },
    );

    server.post(
      '/webhooks/twilio/status',
      {
        schema: {
          ...signedSchema,
          summary: 'The status of a message we sent',
          response: { 204: Type.Null(), ...signedRefusals },
        },
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
