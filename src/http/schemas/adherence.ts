import { Type } from 'typebox';
import { ExternalId, Id, Instant } from './common.ts';

const Rate = Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'null when no dose counts' });
const Bound = Type.String({ maxLength: 40, description: 'a date (read in UTC) or an instant with its offset' });

export const AdherenceQuery = Type.Object(
  {
    patient: Type.Optional(ExternalId),
    prescription: Type.Optional(Id),
    from: Type.Optional(Bound),
    to: Type.Optional(Bound),
  },
  { additionalProperties: false },
);

export const AdherenceView = Type.Object({
  from: Instant,
  to: Instant,
  due: Type.Integer({ description: 'doses due in [from, to)' }),
  taken: Type.Integer(),
  takenInTime: Type.Integer(),
  skipped: Type.Integer(),
  missed: Type.Integer(),
  undelivered: Type.Integer(),
  excluded: Type.Integer(),
  open: Type.Integer({ description: 'the window is not closed yet: in no rate' }),
  expected: Type.Integer({ description: 'taken + skipped + missed + undelivered: the denominator' }),
  taking: Rate,
  timing: Rate,
  reportingRate: Rate,
  undeliveredRate: Rate,
  bounds: Type.Unsafe<[number, number] | null>({
    type: ['array', 'null'],
    items: { type: 'number' },
    description: '[taken, taken + silent] / expected: silence is not a miss',
  }),
  correctDays: Rate,
});
