import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '#src/app.ts';
import { isId } from '#src/domain/ids.ts';
import { Refusal } from '#src/domain/refusal.ts';
import { type ClinicCase, clinicCase, clinicCases, silentPatients } from '#src/store/clinic.ts';
import { readDose, readTrace } from '#src/store/dose-reads.ts';
import { acknowledgeEscalation, resolveEscalation } from '#src/store/escalations.ts';
import { caseList, casesPage, SHOWN } from './case-list.ts';
import { casePage, type TracedDose } from './case-page.ts';
import { RESOLUTIONS, type Texts } from './texts.ts';
import { viewFor } from './view.ts';

/** A case's page shows this many of its doses, the newest. */
const SHOWN_DOSES = 10;

type ById = { Params: { id: string } };
type CaseForm = ById & { Body: { from?: unknown; resolution?: unknown } | undefined };

/** The open cases, one case, and what a clinician does with it. */
export function caseRoutes(clinic: FastifyInstance, app: App): void {
  const view = (request: FastifyRequest) => viewFor(request, app.clock.now(), request.clinician.by);
  const open = async ({ clinician: { tenantId } }: FastifyRequest) => {
    const [cases, silent] = await Promise.all([
      clinicCases(app.sql, app.cipher, tenantId, SHOWN + 1),
      silentPatients(app.sql, tenantId),
    ]);
    return { cases, silent };
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
    return reply.send(casePage(shown, one, await tracedDoses(app, one), words));
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
