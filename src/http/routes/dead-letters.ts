import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { drop, noDeadLetter, redrive } from '../../dispatch/quarantine-redrive.ts';
import { DEAD_LETTER_STATES, listDeadLetters, readDeadLetter } from '../../store/dead-letter-reads.ts';
import { IdempotencyHeaders, once } from '../idempotency.ts';
import { PageQuery, pageWindow, toPage } from '../pagination.ts';
import { IdParams, KEYED, KEYED_BODY, page, problems } from '../schemas/common.ts';
import { DeadLetterStateSchema, DeadLetterView, deadLetterView } from '../schemas/dead-letter.ts';

const tags = ['dead letters'];

/** What can be done with a dead letter, by the last part of its path. */
const ACTIONS = [
  { name: 'redrive', act: redrive, summary: 'Try it again, while its window is open and its message is of use' },
  { name: 'drop', act: drop, summary: "Give it up: a dose gets its outcome at its window's end" },
] as const;

export function deadLetterRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/dead-letters',
      {
        schema: {
          summary: 'Doses and messages that were set aside, oldest first',
          tags,
          querystring: Type.Object(
            { state: Type.Optional(DeadLetterStateSchema), ...PageQuery },
            { additionalProperties: false },
          ),
          response: { 200: page(DeadLetterView), ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const window = pageWindow(query);
        const states = query.state === undefined ? DEAD_LETTER_STATES : [query.state];
        return toPage(await listDeadLetters(app.sql, { tenantId, states, ...window }), window, deadLetterView);
      },
    );

    server.get(
      '/v1/dead-letters/:id',
      {
        schema: {
          summary: 'One dead letter, with what became of its dose',
          tags,
          params: IdParams,
          response: { 200: DeadLetterView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params }) => {
        const letter = await readDeadLetter(app.sql, { tenantId, id: params.id });
        if (letter === null) throw noDeadLetter();
        return deadLetterView(letter);
      },
    );

    for (const { name, act, summary } of ACTIONS) {
      server.post(
        `/v1/dead-letters/:id/${name}`,
        {
          schema: {
            summary,
            description:
              'Doing it twice changes nothing more. 409 tells why it cannot be done, and what became of the dose.',
            tags,
            params: IdParams,
            headers: IdempotencyHeaders,
            response: { 200: DeadLetterView, ...problems(...KEYED_BODY, 404, 409) },
          },
        },
        (request, reply) =>
          once(app, request, reply, request, async (tx) => {
            const named = { tenantId: request.tenantId, id: request.params.id };
            return { status: 200, body: deadLetterView(await act(tx, named, app.clock.now())) };
          }),
      );
    }
  };
}
