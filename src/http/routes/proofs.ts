import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { App } from '../../app.ts';
import { Refusal } from '../../domain/refusal.ts';
import { isDay, plusDays, provableAt, reconcile, type TenantAccounts } from '../../reports/proof.ts';
import { readProof } from '../../store/proofs.ts';
import { KEYED, problems } from '../schemas/common.ts';
import { DateParams, ProofView, proofView } from '../schemas/proof.ts';

const MOST_DOSES = 100;

export function proofRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.get(
      '/v1/proofs/:date',
      {
        schema: {
          summary: 'The proof that every dose of a day is accounted for',
          description:
            'due = taken + skipped + missed + undelivered + excluded + open + unaccounted, and the last is 0. Made once, when the date is over in every zone with all its windows: from 12:10 UTC two days later. Beside it the same accounts as they are now.',
          tags: ['reports'],
          params: DateParams,
          response: { 200: ProofView, ...problems(...KEYED, 404) },
        },
      },
      async ({ tenantId, params: { date } }) => {
        if (!isDay(date))
          throw new Refusal(422, 'The date is not valid', [{ field: 'date', detail: 'does not exist' }]);
        const at = app.clock.now();
        const proof = await readProof(app.sql, tenantId, date);
        if (proof === null) throw noProof(date, at);
        const scope = { tenantIds: [tenantId], from: date, to: plusDays(date, 1), now: at };
        const { tenants, unaccounted } = await reconcile(app.sql, scope, { most: MOST_DOSES });
        return proofView(proof, { accounts: tenants[0] as TenantAccounts, unaccounted, at });
      },
    );
  };
}

function noProof(date: string, now: Date): Refusal {
  const from = provableAt(date);
  const detail =
    from > now
      ? `is not over in every zone yet: its proof will be made within an hour after ${from.toISOString()}`
      : 'has no proof: days are proved from when the tenant was made, within an hour of 12:10 UTC two days later';
  return new Refusal(404, 'There is no proof of this date', [{ field: 'date', detail }]);
}
