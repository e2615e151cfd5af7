import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { noPatient, type SentMessage, writeMessage } from '../../dispatch/message.ts';
import type { Language } from '../../domain/language.ts';
import { findPatient } from '../../store/patients.ts';
import { afterAll, readThread } from '../../store/thread.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { encodeCursor, PageQuery, pageWindow } from '../pagination.ts';
import { KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import { MessageBody, SentMessageView, ThreadEntryView, threadEntryView } from '../schemas/message.ts';
import { PatientParams } from '../schemas/patient.ts';
import { languageFor } from '../schemas/warning.ts';

const tags = ['messages'];

const SEVERAL_SEGMENTS: Record<Language, (segments: number) => string> = {
  es: (segments) =>
    `sale como ${segments} SMS y cuesta como tales: más corto, o sin los caracteres que GSM-7 no tiene, sale como uno`,
  en: (segments) =>
    `leaves as ${segments} SMS and costs as much: shorter, or without characters that GSM-7 lacks, it leaves as one`,
  pt: (segments) =>
    `sai como ${segments} SMS e custa como tais: mais curta, ou sem os caracteres que GSM-7 não tem, sai como um`,
};

export function messageRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/patients/:externalId/messages',
      {
        schema: {
          summary: "A patient's thread: every message out and in, newest first",
          description:
            'Reminders, what a person of the clinic wrote, and what came in, each with its dose and what became of it. A page looks back 31 days at most: it may hold fewer than `limit`, or none, and still have a `next`.',
          tags,
          params: PatientParams,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: page(ThreadEntryView), ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params, query }) => {
        const { after, limit } = pageWindow(query);
        const patientId = await findPatient(app.sql, tenantId, params.externalId);
        if (patientId === null) throw noPatient();
        const before = after ?? afterAll(app.clock.now());
        const thread = await readThread(app.sql, app.cipher, { tenantId, patientId, before, limit: limit - 1 });
        return {
          items: thread.entries.map(threadEntryView),
          next: thread.before === null ? null : encodeCursor(thread.before),
        };
      },
    );

    server.post(
      '/v1/patients/:externalId/messages',
      {
        schema: {
          summary: 'Write to a patient',
          description:
            'It leaves as it is written, within seconds and at any hour, and is of use for a day. Answered 409 where the patient cannot or must not be written to.',
          tags,
          params: PatientParams,
          headers: IdempotencyHeaders,
          body: MessageBody,
          response: { 201: SentMessageView, ...problems(...KEYED_BODY, 404, 409) },
        },
      },
      (request, reply) =>
        once(app, request, reply, request, async (tx) => {
          const { tenantId, params, body, headers } = request;
          const letter = { channel: 'sms' as const, ...body, ...params, tenantId };
          const sent = await writeMessage(app, tx, letter);
          return { status: 201, body: sentView(sent, languageFor(headers, sent.locale)) };
        }),
    );
  };
}

function sentView({ id, channel, at, segments }: SentMessage, language: Language) {
  const several = segments !== null && segments > 1;
  return {
    id,
    channel,
    at: at.toISOString(),
    state: 'intent' as const,
    segments,
    warnings: several ? [{ code: 'several_segments' as const, detail: SEVERAL_SEGMENTS[language](segments) }] : [],
  };
}
