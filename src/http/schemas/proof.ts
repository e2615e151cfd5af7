import { Type } from 'typebox';
import type { TenantAccounts } from '../../reports/proof.ts';
import { unknownIn } from '../../reports/proof.ts';
import { type UnaccountedDose, WHYS } from '../../store/ledger.ts';
import type { Proof } from '../../store/proofs.ts';
import { Id, Instant } from './common.ts';

const counts = {
  due: Type.Integer({ description: 'doses whose moment has come; cancelled ones were never due' }),
  taken: Type.Integer(),
  skipped: Type.Integer(),
  missed: Type.Integer(),
  undelivered: Type.Integer(),
  excluded: Type.Integer(),
  open: Type.Integer({ description: 'their window is not over yet' }),
  unaccounted: Type.Integer({ description: 'held by nobody, or contradicted by the rows around them: must be 0' }),
  unknown: Type.Integer({ description: 'messages whose fate nobody knows' }),
};

export const DateParams = Type.Object({
  date: Type.String({
    format: 'date',
    description: 'a local date such as 2026-11-23: the doses that had this date in their patient’s zone',
    examples: ['2026-11-23'],
  }),
});

const PROVED = {
  due: 42,
  taken: 37,
  skipped: 1,
  missed: 3,
  undelivered: 1,
  excluded: 0,
  open: 0,
  unaccounted: 0,
  unknown: 0,
};

export const ProofView = Type.Object(
  {
    date: Type.String(),
    proof: Type.Object({ ...counts, madeAt: Instant }, { description: 'as it was made; it never changes' }),
    now: Type.Object({ ...counts, at: Instant }, { description: 'as it is: a late answer moves a dose, say to taken' }),
    unaccountedDoses: Type.Array(Type.Object({ dose: Id, why: Type.Enum(Object.keys(WHYS)) }), {
      description: 'the first 100 of those that are unaccounted for now',
    }),
  },
  {
    examples: [
      {
        date: '2026-11-23',
        proof: { ...PROVED, madeAt: '2026-11-25T12:40:00.000Z' },
        now: { ...PROVED, taken: 38, missed: 2, at: '2026-11-26T08:00:00.000Z' },
        unaccountedDoses: [],
      },
    ],
  },
);

/** A proof beside the accounts of its day as they are at `at`. */
export function proofView(proof: Proof, now: { accounts: TenantAccounts; unaccounted: UnaccountedDose[]; at: Date }) {
  const { tenantId: _, day, madeAt, ...proved } = proof;
  const { accounts, unaccounted, at } = now;
  return {
    date: day,
    proof: { ...proved, madeAt: madeAt.toISOString() },
    now: { ...accounts.doses, unknown: unknownIn(accounts.messages), at: at.toISOString() },
    unaccountedDoses: unaccounted.map(({ doseId, why }) => ({ dose: doseId, why })),
  };
}
