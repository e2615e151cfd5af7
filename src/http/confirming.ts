import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Ack, AckResult } from '../ack/decide.ts';
import { recordAck } from '../ack/record.ts';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Sql } from '../store/pool.ts';
import { once } from './idempotency.ts';
import { type ConfirmationView, iso } from './schemas/dose.ts';

type View = Static<typeof ConfirmationView>;

/** What of a request an answer is made of. `keys`: whose keys it belongs to, asked for only where one is sent. */
interface Confirming {
  ack: Ack;
  field: 'id' | 'token';
  keys(): Promise<{ tenantId: string; scope?: string }>;
}

/**
 * Records an answer for a POST and gives what to answer; throws a `Refusal` (404, 409, 503). Under an Idempotency-Key it has
 * a transaction of its own, with the key; any other shares one with the answers that come at the same time.
 */
export async function confirm(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  { ack, field, keys }: Confirming,
): Promise<View> {
  const record = async (tx?: Sql) => {
    const result = await recordAck(app, ack, tx);
    if (result === null) throw noDose(field);
    return { status: 200 as const, body: confirmationView(result) };
  };
  const keyed = request.headers['idempotency-key'] !== undefined;
  const view = keyed ? await once(app, request, reply, await keys(), record) : (await record()).body;
  return refuseUnapplied(view);
}

function confirmationView({ effect, dose }: AckResult): View {
  const { id, state, late, takenAt, dueAt } = dose;
  return { effect, dose: { id, state, late, takenAt: iso(takenAt), dueAt: dueAt.toISOString() } };
}

/** An answer that could not change its dose was kept, and is told as a 409. */
function refuseUnapplied(view: View): View {
  if (view.effect !== 'refused') return view;
  throw new Refusal(409, 'The dose cannot be answered so', [
    {
      field: 'answer',
      detail: `does not fit a dose that is ${view.dose.state} and due at ${view.dose.dueAt}: look at the dose first`,
    },
  ]);
}

/** A 404 for another tenant's dose too. */
export function noDose(field: 'id' | 'token'): Refusal {
  return new Refusal(404, 'No such dose', [{ field, detail: 'does not name a dose that can be answered here' }]);
}
