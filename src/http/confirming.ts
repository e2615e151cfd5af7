import type { Static } from 'typebox';
import type { AckResult } from '../ack/record.ts';
import { Refusal } from '../domain/refusal.ts';
import { type ConfirmationView, iso } from './schemas/dose.ts';

type View = Static<typeof ConfirmationView>;

export function confirmationView({ effect, dose }: AckResult): View {
  const { id, state, late, takenAt, dueAt } = dose;
  return { effect, dose: { id, state, late, takenAt: iso(takenAt), dueAt: dueAt.toISOString() } };
}

/** An answer that could not change its dose was kept, and is told as a 409. */
export function refuseUnapplied(view: View): View {
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
