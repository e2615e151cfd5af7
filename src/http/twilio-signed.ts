import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { verifyTwilioSignature } from '#channels/twilio/signature.ts';
import { Refusal } from '../domain/refusal.ts';
import { problems } from './schemas/common.ts';

interface Account {
  accountSid: string;
  authToken: string;
}

const Fields = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

/** What the schemas of those routes have in common. */
export const signedSchema = { tags: ['webhooks'], security: [], body: Fields, querystring: Fields };
export const signedRefusals = problems(403, 413, 415);

/** A 422: what Twilio signed lacks one of these. */
export function incomplete(names: string): Refusal {
  return new Refusal(422, 'The message is incomplete', [{ field: 'body', detail: `must have ${names}` }]);
}

/**
 * Lets only what Twilio signed reach a server's routes: forms, and JSON bodies whose hash stands in the signed URL. The URL is
 * the configured public one with the path and query of the request: no header of a proxy's, which anybody can send, is asked.
 */
export async function onlySignedByTwilio(server: FastifyInstance, account: Account, publicUrl: string): Promise<void> {
  const texts = new WeakMap<FastifyRequest, string>();
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  await server.register(formbody);
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    texts.set(request, text);
    return parseJson(request, text, done);
  });
  // Before the schema is asked: to who is not Twilio, nothing is told of it.
  server.addHook('preValidation', async (request) => {
    const fields = (request.body ?? {}) as Static<typeof Fields>;
    const signature = request.headers['x-twilio-signature'];
    const isSigned =
      typeof signature === 'string' &&
      verifyTwilioSignature(account.authToken, signature, publicUrl + request.url, texts.get(request) ?? fields);
    if (!isSigned) {
      throw refusal('x-twilio-signature', 'must sign the public URL and the form with the auth token of the account');
    }
    if (fields.AccountSid !== undefined && fields.AccountSid !== account.accountSid) {
      throw refusal('AccountSid', 'must be the account whose settings this service has');
    }
  });
}

function refusal(field: string, detail: string): Refusal {
  return new Refusal(403, 'The signature is not valid', [{ field, detail }]);
}
