import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { readUnsubscribeToken } from '../../ack/tokens.ts';
import type { App } from '../../app.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type MailRoad, mailRoad, optIn, optOut } from '../../store/consents.ts';
import type { Sql } from '../../store/pool.ts';
import { transaction } from '../../store/transaction.ts';
import { sendPage, servePages } from '../pages.ts';
import { problems } from '../schemas/common.ts';
import { GO_ON, STOP, UNSUBSCRIBE_FIELD, unsubscribePage } from '../unsubscribe-page.ts';

const Params = Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) });
const Form = Type.Object({ [UNSUBSCRIBE_FIELD]: Type.Enum([STOP, GO_ON]) });
const schema = { tags: ['patients'], security: [], params: Params };
const MOST_BYTES = 16 * 1024;

/**
 * The page behind an e-mail's List-Unsubscribe (RFC 8058). GET shows a button and changes nothing, since mail scanners follow
 * links; POST stops e-mails to that address at once, whether a person pressed the button or their mail service did.
 */
export function unsubscribeRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    await servePages(server);
    // The encoding that RFC 8058 (3.2) asks of mail services first.
    server.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, multipart);

    server.get(
      '/u/:token',
      { schema: { ...schema, summary: 'The page that stops e-mails; changes nothing', response: problems(404) } },
      async ({ params }, reply) => {
        const { locale, stopped } = await roadOf(app.sql, params.token);
        return sendPage(reply, unsubscribePage(locale, stopped));
      },
    );

    server.post(
      '/u/:token',
      {
        schema: {
          ...schema,
          summary: 'Stop reminders to an e-mail address (RFC 8058 one click), or receive them again',
          body: Form,
          response: problems(400, 404, 413, 415),
        },
      },
      async ({ params, body }, reply) => {
        const stop = body[UNSUBSCRIBE_FIELD] === STOP;
        const { locale } = await transaction(app.sql, async (tx) => {
          const road = await roadOf(tx, params.token);
          const said = { contactPointId: road.id, source: 'mail_link', sourceId: null, at: app.clock.now() } as const;
          await (stop ? optOut : optIn)(tx, said);
          return road;
        });
        return sendPage(reply, unsubscribePage(locale, stop));
      },
    );
  };

  /** Throws a 404 for a token that was not issued here. */
  async function roadOf(sql: Sql, token: string): Promise<MailRoad> {
    const id = readUnsubscribeToken(app.config.tokenSecret, token);
    const road = id === null ? null : await mailRoad(sql, id);
    if (road === null) {
      throw new Refusal(404, 'The token is not valid', [
        { field: 'token', detail: 'was not issued here: use the link as it came in the e-mail' },
      ]);
    }
    return road;
  }
}

/** The platform's own parser: `Response` reads forms as a browser writes them. */
async function multipart({ headers }: FastifyRequest, body: Buffer): Promise<Record<string, unknown>> {
  try {
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': headers['content-type'] ?? '' },
    }).formData();
    return Object.fromEntries(form.entries());
  } catch {
    throw new Refusal(400, 'The form is not well-formed', [
      { field: 'body', detail: 'must be multipart/form-data with the boundary that content-type names' },
    ]);
  }
}
