import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Books } from './books.ts';
import { FAULT_KINDS, type FaultOrder, refuseOrder } from './faults.ts';
import { outboxPage } from './outbox-page.ts';
import { type ScriptedPatient, VIA_CHANNELS } from './patients.ts';
import { sendProblem } from './problem.ts';
import type { TwilioAccount } from './twilio-account.ts';
import { CHANNELS, PROVIDERS } from './types.ts';

const exactly = { additionalProperties: false };
const ChannelName = Type.Enum([...CHANNELS]);
const Contact = Type.Optional(Type.String({ minLength: 1 }));

const FaultBody = Type.Object(
  {
    provider: Type.Enum([...PROVIDERS]),
    kind: Type.Enum(FAULT_KINDS),
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    probability: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    latencyMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
    perSecond: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    status: Type.Optional(Type.Enum([500, 503])),
    errorCode: Type.Optional(Type.Integer({ minimum: 30_001, maximum: 63_999 })),
  },
  exactly,
);

const PatientsBody = Type.Array(
  Type.Object(
    {
      contacts: Type.Object(Object.fromEntries(CHANNELS.map((channel) => [channel, Contact])), exactly),
      answers: Type.Array(
        Type.Object(
          {
            on: ChannelName,
            via: Type.Enum(Object.keys(VIA_CHANNELS)),
            delayMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
            action: Type.Enum(['taken', 'skipped', 'snoozed']),
            text: Type.Optional(Type.String({ maxLength: 1_600 })),
            nth: Type.Optional(Type.Integer({ minimum: 1 })),
          },
          exactly,
        ),
      ),
    },
    exactly,
  ),
);

/** Which answer fits which message, in words. */
const ROADS = Object.entries(VIA_CHANNELS)
  .map(([via, channels]) => `${via} answers ${channels.join(' or ')}`)
  .join(', ');

const OutboxQuery = Type.Object(
  {
    limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
    to: Type.Optional(Type.String()),
    channel: Type.Optional(Type.Enum([...CHANNELS, ''])),
  },
  exactly,
);

const PublicUrlBody = Type.Object({ url: Type.String({ pattern: '^https?://[^?#]+$' }) }, exactly);

interface ControlOptions {
  books: Books;
  account: TwilioAccount;
  /** Forgets what the other providers hold. */
  clearOthers: () => void;
  setPublicUrl: (url: string) => void;
}

/** The simulator's own doors: the books to read, the faults and patients to order. */
export async function control(app: FastifyInstance, { books, account, clearOthers, setPublicUrl }: ControlOptions) {
  app.get('/ledger', async (_request, reply) =>
    reply.type('application/x-ndjson').send(Readable.from(books.ledger.ndjson())),
  );
  app.get('/ledger/summary', async () => ({ ...books.ledger.summary(), callbacks: account.callbackSummary() }));

  app.get('/outbox', { schema: { querystring: OutboxQuery } }, async (request) =>
    books.outbox.newest(outboxFilter(request.query as OutboxParameters, 100)),
  );
  for (const path of ['/', '/outbox.html']) {
    app.get(path, { schema: { querystring: OutboxQuery } }, async (request, reply) => {
      const filter = outboxFilter(request.query as OutboxParameters, 200);
      const page = outboxPage({
        messages: books.outbox.newest(filter),
        counts: books.ledger.summary(),
        patients: books.patients.summary(),
        filter,
      });
      return reply.type('text/html; charset=utf-8').headers(page.headers).send(page.html);
    });
  }

  app.post('/faults', { schema: { body: FaultBody } }, async (request, reply) => {
    const order = request.body as FaultOrder;
    const refused = refuseOrder(order);
    if (refused) return sendProblem(reply, { status: 422, title: 'Not valid', ...refused });
    return reply.code(201).send(books.faults.add(order));
  });
  app.get('/faults', async () => books.faults.list());
  app.delete('/faults', async (_request, reply) => {
    books.faults.clear();
    return reply.code(204).send();
  });

  app.post('/patients', { schema: { body: PatientsBody }, bodyLimit: 64 * 1024 * 1024 }, async (request, reply) => {
    const patients = request.body as ScriptedPatient[];
    const field = impossibleAnswer(patients);
    if (field !== null) {
      const detail = `${field}: ${ROADS} (a link: taken or skipped)`;
      return sendProblem(reply, { status: 422, title: 'Not valid', detail, field });
    }
    books.patients.script(patients);
    return reply.code(201).send({ scripted: books.patients.summary().scripted });
  });
  app.get('/patients/summary', async () => books.patients.summary());

  app.put('/public-url', { schema: { body: PublicUrlBody } }, async (request, reply) => {
    const { url } = request.body as Static<typeof PublicUrlBody>;
    if (!URL.canParse(url)) {
      return sendProblem(reply, { status: 422, title: 'Not valid', detail: `url ${url} is not a URL`, field: 'url' });
    }
    setPublicUrl(url);
    return reply.code(204).send();
  });
  app.delete('/state', async (_request, reply) => {
    books.clear();
    account.clear();
    clearOthers();
    return reply.code(204).send();
  });
}

type OutboxParameters = Static<typeof OutboxQuery>;

function outboxFilter({ limit, to, channel }: OutboxParameters, defaultLimit: number) {
  return { limit: Number(limit ?? defaultLimit), to: to || undefined, channel: channel || undefined };
}

/** The path of the first answer that cannot be given on its channel, or null. The link page has no snooze. */
function impossibleAnswer(patients: readonly ScriptedPatient[]): string | null {
  for (const [index, { answers }] of patients.entries()) {
    for (const [position, { on, via, action }] of answers.entries()) {
      if (!VIA_CHANNELS[via].includes(on)) return `${index}.answers.${position}.via`;
      if (via === 'link' && action === 'snoozed') return `${index}.answers.${position}.action`;
    }
  }
  return null;
}
