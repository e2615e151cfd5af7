import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { parseTwilioCall } from '#channels/voice-twilio/callbacks.ts';
import { answerCall, pressKey } from '../../ack/voice.ts';
import type { App } from '../../app.ts';
import { applyReceipts } from '../../dispatch/receipts.ts';
import { incomplete, signedRefusals, signedSchema } from '../twilio-signed.ts';
import { HANG_UP, speechTwiml } from '../voice-twiml.ts';

/**
 * What Twilio asks during a call and tells of it. Registered where its signature is checked. Whoever picked up hears a polite
 * end, never an error: a call that we do not know is answered like one that has lapsed.
 */
export function voiceRoutes(app: App): FastifyPluginAsyncTypebox {
  const keyUrl = (attempt: string) =>
    `${app.config.http.publicUrl}/webhooks/twilio/voice/key?attempt=${encodeURIComponent(attempt)}`;
  return async (server) => {
    server.post(
      '/webhooks/twilio/voice',
      {
        schema: {
          ...signedSchema,
          summary: 'Somebody, or something, picked up a call of ours',
          description: 'Answers TwiML: the reminder and its keys, or nothing to a machine.',
          response: signedRefusals,
        },
      },
      async ({ query, body }, reply) => {
        const attempt = one(query.attempt);
        const receipt = parseTwilioCall(query, body);
        if (receipt !== null) await applyReceipts(app, [receipt]);
        const failed = receipt?.state === 'failed';
        return reply
          .type('text/xml')
          .send(failed ? HANG_UP : speechTwiml(await answerCall(app, attempt), keyUrl(attempt)));
      },
    );

    server.post(
      '/webhooks/twilio/voice/key',
      {
        schema: {
          ...signedSchema,
          summary: 'A key was pressed in a call',
          description: 'Answers TwiML that says what was recorded.',
          response: signedRefusals,
        },
      },
      async ({ query, body }, reply) => {
        const [attempt, callSid] = [one(query.attempt), one(body.CallSid)];
        const keys = query.keys === undefined ? null : one(query.keys);
        const pressed = { attemptId: attempt, callSid, digit: one(body.Digits), keys };
        const speech = await pressKey(app, pressed);
        // Whatever the key says, a person pressed it.
        if (callSid !== '') await applyReceipts(app, [{ attemptId: attempt, state: 'delivered', ref: callSid }]);
        return reply.type('text/xml').send(speechTwiml(speech, keyUrl(attempt)));
      },
    );

    server.post(
      '/webhooks/twilio/voice/status',
      {
        schema: {
          ...signedSchema,
          summary: 'The status of a call of ours',
          response: { 204: Type.Null(), ...signedRefusals },
        },
      },
      async ({ query, body }, reply) => {
        const receipt = parseTwilioCall(query, body);
        if (receipt === null) throw incomplete('attempt (in the query), CallSid and CallStatus');
        await applyReceipts(app, [receipt]);
        return reply.code(204).send(null);
      },
    );
  };
}

function one(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
