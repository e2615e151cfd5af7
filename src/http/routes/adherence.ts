import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import { Refusal } from '../../domain/refusal.ts';
import { adherence } from '../../reports/adherence.ts';
import { readPrescription } from '../../store/prescriptions.ts';
import { patientIdOf } from '../filters.ts';
import { parseBound } from '../instants.ts';
import { AdherenceQuery, AdherenceView } from '../schemas/adherence.ts';
import { KEYED, problems } from '../schemas/common.ts';

const DEFAULT_SECONDS = 30 * 86_400;
const MOST_DAYS = 366;

export function adherenceRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/adherence',
      {
        schema: {
          summary: 'Adherence, computed from the doses themselves',
          description:
            'Over doses due in [from, to) whose window is closed; the last 30 days unless told. A date as `to` includes that day. Dates are read in UTC.',
          tags: ['reports'],
          querystring: AdherenceQuery,
          response: { 200: AdherenceView, ...problems(...KEYED) },
        },
      },
      async ({ tenantId, query }) => {
        const now = app.clock.now();
        const to = query.to === undefined ? now : parseBound(query.to, 'to');
        const from = query.from === undefined ? plusSeconds(to, -DEFAULT_SECONDS) : parseBound(query.from, 'from');
        checkPeriod(from, to);
        const patientId = query.patient === undefined ? undefined : await patientIdOf(app.sql, tenantId, query.patient);
        if (query.prescription !== undefined) await checkPrescription(tenantId, query.prescription);
        const report = await adherence(app.sql, {
          tenantId,
          from,
          to,
          now,
          ...(patientId === undefined ? {} : { patientId }),
          ...(query.prescription === undefined ? {} : { prescriptionId: query.prescription }),
        });
        return { ...report, from: from.toISOString(), to: to.toISOString() };
      },
    );
  };

  async function checkPrescription(tenantId: string, id: string): Promise<void> {
    const found = await readPrescription(app.sql, app.cipher, { tenantId, id });
    if (found === null) throw refuse('prescription', 'is not the id of one of your prescriptions');
  }
}

function checkPeriod(from: Date, to: Date): void {
  if (from >= to) throw refuse('to', 'must be later than from');
  if (to.getTime() - from.getTime() > MOST_DAYS * 86_400_000)
    throw refuse('from', `must be at most ${MOST_DAYS} days before to`);
}

function refuse(field: string, detail: string): Refusal {
  return new Refusal(422, 'The filter is not valid', [{ field, detail }]);
}
