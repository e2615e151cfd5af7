import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DateTime } from 'luxon';
import type { App } from '#src/app.ts';
import { CannotWrite, MOST_CHARACTERS, WRITTEN_CHANNELS, writeMessage } from '#src/dispatch/message.ts';
import { CONTACT_KIND } from '#src/domain/attempt.ts';
import { isId } from '#src/domain/ids.ts';
import { Refusal } from '#src/domain/refusal.ts';
import { adherence } from '#src/reports/adherence.ts';
import { type ClinicPatient, clinicPatient, gridDoses } from '#src/store/clinic.ts';
import { contactChoices } from '#src/store/contacts.ts';
import { keepResponse, takeKey } from '#src/store/idempotency.ts';
import { listPrescriptions } from '#src/store/prescriptions.ts';
import { ownReach } from '#src/store/reach.ts';
import { afterAll, readThread } from '#src/store/thread.ts';
import { transaction } from '#src/store/transaction.ts';
import { patientPage } from './patient-page.ts';
import { type ShownThread, threadList } from './thread.ts';
import { codeWords, viewFor } from './view.ts';

/** The page shows today and the days before it, this many in all. */
const DAYS = 14;
const SHOWN_PRESCRIPTIONS = 50;
const SHOWN_MESSAGES = 30;

type ById = { Params: { id: string }; Querystring: { before?: unknown } };
type MessageForm = ById & { Body: { key?: unknown; text?: unknown; channel?: unknown } | undefined };

/**
 * A patient's thread, with where to answer, prescriptions, last days' doses and adherence over the same days (local dates of
 * the patient's zone).
 */
export function patientRoutes(clinic: FastifyInstance, app: App): void {
  clinic.get<ById>('/patients/:id', async (request, reply) =>
    show(request, reply, await ownPatient(app, request), { text: '', problem: null }),
  );

  clinic.get<ById>('/fragments/patients/:id/messages', async (request, reply) => {
    const patient = await ownPatient(app, request);
    return reply.send(threadList(viewOf(request), patient, await threadOf(request, patient)).markup);
  });

  clinic.post<MessageForm>('/patients/:id/messages', async (request, reply) => {
    const patient = await ownPatient(app, request);
    const { key, text, channel } = request.body ?? {};
    const chosen = WRITTEN_CHANNELS.find((each) => each === channel);
    const typed = typeof text === 'string' ? text.trim() : '';
    if (typed === '' || typed.length > MOST_CHARACTERS || chosen === undefined || typeof key !== 'string') {
      const problem = viewOf(request).texts.thread.incomplete(MOST_CHARACTERS);
      return show(request, reply.code(422), patient, { text: typed, problem });
    }
    const { tenantId, by } = request.clinician;
    try {
      await onceByKey(tenantId, key, typed, (tx) =>
        writeMessage(app, tx, { tenantId, patientId: patient.id, channel: chosen, text: typed, by }),
      );
    } catch (error) {
      if (!(error instanceof CannotWrite)) throw error;
      const problem = codeWords(viewOf(request), error.obstacle);
      return show(request, reply.code(409), patient, { text: typed, problem });
    }
    return reply.redirect(`/clinic/patients/${patient.id}#thread`, 303);
  });

  const viewOf = (request: FastifyRequest) => viewFor(request, app.clock.now(), request.clinician.by);

  /** A form that is sent twice (a double click, the way back) writes once. */
  async function onceByKey(
    tenantId: string,
    formKey: string,
    text: string,
    work: (tx: Parameters<typeof writeMessage>[1]) => Promise<unknown>,
  ): Promise<void> {
    const key = { tenantId, key: `clinic form ${formKey.slice(0, 100)}` }; // no header has a space: none is the same
    const digest = createHash('sha256').update(text).digest();
    await transaction(app.sql, async (tx) => {
      if ((await takeKey(tx, key, { digest, now: app.clock.now() })) !== null) return;
      await work(tx);
      await keepResponse(tx, key, { status: 303, response: app.cipher.seal('') });
    });
  }

  async function threadOf({ query, clinician }: FastifyRequest<ById>, { id }: ClinicPatient): Promise<ShownThread> {
    const { before } = query;
    const older = typeof before === 'string' && isId(before) ? before : null;
    const { tenantId } = clinician;
    const from = { tenantId, patientId: id, before: older ?? afterAll(app.clock.now()), limit: SHOWN_MESSAGES };
    return { ...(await readThread(app.sql, app.cipher, from)), newest: older === null };
  }

  async function show(
    request: FastifyRequest<ById>,
    reply: FastifyReply,
    patient: ClinicPatient,
    typed: { text: string; problem: string | null },
  ): Promise<FastifyReply> {
    const { tenantId } = request.clinician;
    const now = app.clock.now();
    const patientId = patient.id;
    const today = DateTime.fromJSDate(now, { zone: patient.zone }).startOf('day');
    const first = today.minus({ days: DAYS - 1 });
    const [from, to] = [first.toISODate() as string, today.toISODate() as string];
    const period = { from: first.toJSDate(), to: today.plus({ days: 1 }).toJSDate() };
    const [prescriptions, doses, report, reach, thread, contacts] = await Promise.all([
      listPrescriptions(app.sql, app.cipher, { tenantId, patientId, after: null, limit: SHOWN_PRESCRIPTIONS }),
      gridDoses(app.sql, { patientId, from, to }),
      adherence(app.sql, { tenantId, patientId, ...period, now }),
      ownReach(app.sql, patientId),
      threadOf(request, patient),
      contactChoices(app.sql, [patientId]),
    ]);
    const own = (contacts.get(patientId) ?? []).filter(({ owner, state }) => owner === 'patient' && state === 'active');
    const channels = WRITTEN_CHANNELS.filter((channel) => own.some(({ kind }) => kind === CONTACT_KIND[channel]));
    const writing = { key: randomUUID(), channels, ...typed };
    const file = { patient, prescriptions, doses, report, from, to, reach, thread, writing };
    return reply.send(patientPage(viewOf(request), file));
  }
}

/** Throws a 404 for what is no id and for another tenant's patient alike. */
async function ownPatient(
  app: App,
  { clinician: { tenantId }, params: { id } }: FastifyRequest<ById>,
): Promise<ClinicPatient> {
  const patient = isId(id) ? await clinicPatient(app.sql, app.cipher, { tenantId, id }) : null;
  if (patient === null) throw new Refusal(404, 'No such patient');
  return patient;
}
