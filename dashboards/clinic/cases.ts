import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { isId } from '#src/domain/ids.ts';
import { Refusal } from '#src/domain/refusal.ts';
import { switchedOff } from '#src/store/callback-endpoints.ts';
import { type ClinicCase, clinicCase, clinicCases, silentPatients } from '#src/store/clinic.ts';
import { readDose, readTrace } from '#src/store/dose-reads.ts';
import { acknowledgeEscalation, resolveEscalation } from '#src/store/escalations.ts';
import { afterAll, readThread, type ThreadEntry } from '#src/store/thread.ts';
import { caseList, casesPage, SHOWN } from './case-list.ts';
import { casePage, type TracedDose } from './case-page.ts';
import { isReply } from './case-parts.ts';
import { RESOLUTIONS, type Texts } from './texts.ts';
import { viewFor } from './view.ts';

/** What was written in this time after a case was opened stands on its page; the thread has the rest. */
const WRITTEN_SECONDS = 24 * 3600;
/** What opened a case came this much before it, at most. */
const MARGIN_SECONDS = 60;
const SHOWN_MESSAGES = 100;
/** A case's page shows this many of its doses, the newest. */
const SHOWN_DOSES = 10;

type ById = { Params: { id: string } };
type CaseForm = ById & { Body: { from?: unknown; resolution?: unknown } | undefined };

/** The open cases, one case, and what a clinician does with it. */
export function caseRoutes(clinic: FastifyInstance, app: App): void {
  const view = (request: FastifyRequest) => viewFor(request, app.clock.now(), request.clinician.by);
  const open = async ({ clinician: { tenantId } }: FastifyRequest) => {
    const [cases, silent, untold] = await Promise.all([
      clinicCases(app.sql, app.cipher, tenantId, SHOWN + 1),
      silentPatients(app.sql, tenantId),
      switchedOff(app.sql, tenantId),
    ]);
    return { cases, silent, isUntold: untold > 0 };
  };

  clinic.get('/cases', async (request, reply) => reply.send(casesPage(view(request), await open(request))));

  clinic.get('/fragments/cases', async (request, reply) =>
    reply.send(caseList(view(request), await open(request)).markup),
  );

  clinic.get<ById>('/cases/:id', async (request, reply) => show(request, reply, await ownCase(app, request), null));

  clinic.post<CaseForm>('/cases/:id/acknowledge', async (request, reply) => {
    const which = whichOf(await ownCase(app, request), request);
    return answer(request, reply, await acknowledgeEscalation(app.sql, app.cipher, which));
  });

  clinic.post<CaseForm>('/cases/:id/resolve', async (request, reply) => {
    const one = await ownCase(app, request);
    const resolution = RESOLUTIONS.find((code) => code === request.body?.resolution);
    if (resolution === undefined) return show(request, reply.code(422), one, (refused) => refused.unchosen);
    const done = await resolveEscalation(app.sql, app.cipher, { ...whichOf(one, request), resolution });
    return answer(request, reply, done);
  });

  const whichOf = ({ id }: ClinicCase, { clinician: { tenantId, by } }: FastifyRequest) => ({
    tenantId,
    id,
    by,
    now: app.clock.now(),
  });

  /** Back to where the button was; where nothing was changed, the case as it is now, and why. */
  async function answer(request: FastifyRequest<CaseForm>, reply: FastifyReply, done: boolean): Promise<FastifyReply> {
    const { id } = request.params;
    if (done) return reply.redirect(request.body?.from === 'case' ? `/clinic/cases/${id}` : '/clinic/cases', 303);
    const one = await ownCase(app, request);
    return show(
      request,
      reply.code(409),
      one,
      (refused) => refused[one.state === 'resolved' ? 'resolved' : 'acknowledged'],
    );
  }

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    one: ClinicCase,
    problem: ((words: Texts['case']['refused']) => string) | null,
  ): Promise<FastifyReply> {
    const shown = view(request);
    const words = problem === null ? null : problem(shown.texts.case.refused);
    const [doses, written] = await Promise.all([
      tracedDoses(app, one),
      writtenIn(app, request.clinician.tenantId, one),
    ]);
    return reply.send(casePage(shown, one, { doses, written }, words));
  }
}

/** Throws a 404 for what is no id and for another tenant's case alike. */
async function ownCase(
  app: App,
  { clinician: { tenantId }, params: { id } }: FastifyRequest<ById>,
): Promise<ClinicCase> {
  const found = isId(id) ? await clinicCase(app.sql, app.cipher, { tenantId, id }) : null;
  if (found === null) throw new Refusal(404, 'No such case');
  return found;
}

/** What came in from the patient around the opening of a case about it, and in the day after; oldest first. */
async function writtenIn(app: App, tenantId: string, one: ClinicCase): Promise<ThreadEntry[]> {
  if (!isReply(one)) return [];
  const { patientId, openedAt } = one;
  const before = afterAll(plusSeconds(openedAt, WRITTEN_SECONDS));
  const { entries } = await readThread(app.sql, app.cipher, { tenantId, patientId, before, limit: SHOWN_MESSAGES });
  const since = plusSeconds(openedAt, -MARGIN_SECONDS);
  return entries.filter(({ direction, at }) => direction === 'in' && at >= since).reverse();
}

async function tracedDoses(app: App, one: ClinicCase): Promise<TracedDose[]> {
  const newest = one.doseIds.slice(-SHOWN_DOSES).reverse();
  const traced = await Promise.all(
    newest.map(async (id) => {
      const dose = await readDose(app.sql, id);
      return dose === null ? [] : [{ dose, trace: await readTrace(app.sql, app.cipher, dose) }];
    }),
  );
  return traced.flat();
}
