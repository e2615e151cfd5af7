import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { checkPhrases } from '../../ack/phrases.ts';
import type { App } from '../../app.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { type FieldError, Refusal } from '../../domain/refusal.ts';
import { readConversations, writeConversation } from '../../store/conversations.ts';
import { checkTexts, previewText, sampleLink, textsOf, wrongWith } from '../../texts/check.ts';
import { forgetWords } from '../../texts/own.ts';
import { KEYED, KEYED_BODY, problems } from '../schemas/common.ts';
import { ConversationBody, PreviewBody, PreviewView, TextsView } from '../schemas/conversation.ts';

const tags = ['conversation'];

/** A tenant's own words: its texts, the phrases of its patients, its name and number. */
export function conversationRoutes(app: App): FastifyPluginAsyncTypebox {
  const link = sampleLink(app.config.http.publicUrl);
  const own = async (tenantId: string) => (await readConversations(app.sql, [tenantId])).get(tenantId) ?? {};
  return async (server) => {
    server.get(
      '/v1/conversation',
      { schema: { summary: 'Your own words', tags, response: { 200: ConversationBody, ...problems(...KEYED) } } },
      async ({ tenantId }) => own(tenantId),
    );

    server.put(
      '/v1/conversation',
      {
        schema: {
          summary: 'Replace your own words as a whole',
          description:
            'What is left out is as shipped. Each text is tried with its longest values first. Messages leave in the new words within half a minute.',
          tags,
          body: ConversationBody,
          response: { 200: ConversationBody, ...problems(...KEYED_BODY) },
        },
      },
      async ({ tenantId, body }) => {
        const conversation = body as Conversation;
        const errors = [
          ...checkTexts(conversation, link),
          ...checkPhrases(conversation.phrases ?? {}),
          ...checkQuietHours(conversation.quietHours ?? {}),
        ];
        if (errors.length > 0) throw new Refusal(422, 'These words cannot be used', errors);
        await writeConversation(app.sql, tenantId, conversation);
        forgetWords(app, tenantId);
        return conversation;
      },
    );

    server.get(
      '/v1/conversation/texts',
      {
        schema: {
          summary: 'Every text, with what it costs as an SMS',
          tags,
          response: { 200: TextsView, ...problems(...KEYED) },
        },
      },
      async ({ tenantId }) => ({ items: textsOf(await own(tenantId), link) }),
    );

    server.post(
      '/v1/conversation/preview',
      {
        schema: {
          summary: 'A text as it would leave; nothing is stored',
          tags,
          body: PreviewBody,
          response: { 200: PreviewView, ...problems(...KEYED_BODY) },
        },
      },
      async ({ tenantId, body: { language, key, text } }) => {
        const conversation = await own(tenantId);
        const known = textsOf(conversation, link).find((each) => each.language === language && each.key === key);
        if (known === undefined)
          throw new Refusal(422, 'There is no such text', [
            { field: 'key', detail: 'must be one that GET /v1/conversation/texts lists' },
          ]);
        const template = text ?? known.text;
        const problem = wrongWith(key, template, conversation, link);
        try {
          return { ...previewText(template, conversation, link), problem };
        } catch {
          throw new Refusal(422, 'The text is no template', [{ field: 'text', detail: problem as string }]);
        }
      },
    );
  };
}

function checkQuietHours(byCountry: NonNullable<Conversation['quietHours']>): FieldError[] {
  return Object.entries(byCountry).flatMap(([country, { from, to }]) => {
    const field = `quietHours.${country}`;
    if (!/^[A-Z]{2}$/.test(country)) return [{ field, detail: 'must be a country of ISO 3166-1 such as PE' }];
    return from === to
      ? [{ field: `${field}.to`, detail: 'is the same as from: leave the country out to have none' }]
      : [];
  });
}
