import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { parseTwilioInbound, parseTwilioStatus, verifyTwilioSignature } from '#channels/sms-twilio/callbacks.ts';
import { receiveReply } from '../../ack/inbound.ts';
import type { App } from '../../app.ts';
import { applyReceipts } from '../../dispatch/receipts.ts';
import { Refusal } from '../../domain/refusal.ts';
import { escapeMarkup } from '../markup.ts';
import { problems } from '../schemas/common.ts';
import { gatewayRoutes } from './gateway-webhook.ts';

const Fields = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));
const shared = { tags: ['webhooks'], security: [], body: Fields, querystring: Fields };
const refusals = problems(403, 413, 415);

/** What the SMS providers call that are configured. */
export function webhookRoutes(app: App): FastifyPluginAsyncTypebox {
  const { twilio, http } = app.config.sms;
  return async (server) => {
    if (twilio !== undefined) await server.register(twilioRoutes(app, twilio.authToken));
    if (http?.callback !== undefined) await server.register(gatewayRoutes(app, { ...http, callback: http.callback }));
  };
}

/** What Twilio calls, form-encoded and signed with the account's auth token over the public URL. */
function twilioRoutes(app: App, authToken: string): FastifyPluginAsyncTypebox {
  const { publicUrl } = app.config.http;
  return async (server) => {
    server.removeAllContentTypeParsers();
    await server.register(formbody);
    server.addHook('preHandler', async (request) => verify(authToken, publicUrl, request));

    server.post(
      '/webhooks/twilio/messages',
      {
        schema: {
          ...shared,
          summary: 'A text message from a patient',
          description: 'Answers TwiML with the reply, or an empty response.',
          response: refusals,
        },
      },
      async ({ body }, reply) => {
        const message = parseTwilioInbound(body);
        if (message === null) throw incomplete('MessageSid, From, To and Body');
        const answer = await receiveReply(app, { ...message, channel: 'sms' });
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

function verify(authToken: string, publicUrl: string, { headers, url, body }: FastifyRequest): void {
  const signature = headers['x-twilio-signature'];
  const signed =
    typeof signature === 'string' &&
    verifyTwilioSignature(authToken, signature, publicUrl + url, body as Record<string, string>);
  if (!signed) {
    throw new Refusal(403, 'The signature is not valid', [
      {
        field: 'x-twilio-signature',
        detail: 'must sign the public URL and the form with the auth token of the account',
      },
    ]);
  }
}

function incomplete(names: string): Refusal {
  return new Refusal(422, 'The message is incomplete', [{ field: 'body', detail: `must have ${names}` }]);
}

function twiml(reply: string | null): string {
  const message = reply === null ? '' : `<Message>${escapeMarkup(reply)}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${message}</Response>`;
}
