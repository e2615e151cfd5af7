import { plusSeconds } from '../../clock.ts';
import type { ReplyKind } from '../../domain/escalation.ts';
import { openCase } from '../../store/cases.ts';
import { suspendNumber, type TalkedDose, talkedDoses } from '../../store/inbound.ts';
import { tellUnreachable } from '../../store/reach.ts';
import type { Talk } from './talk.ts';

/** A number that is somebody else's: what it answered in so long is named in the case. */
const VOID_SECONDS = 7 * 24 * 3600;
const MOST_VOID = 200;

/**
 * A person is to read what was written: of the patients of these doses, or, where nobody knows which it is about, of everybody
 * the number stands for. Only where it is one dose does the case name it.
 */
export async function openCases(talk: Talk, kind: ReplyKind, doses: TalkedDose[]): Promise<void> {
  const { tx, now } = talk;
  const [dose, ...others] = doses;
  if (dose !== undefined && others.length === 0) {
    const { id, tenantId, patientId, prescriptionId, localDate } = dose;
    await openCase(tx, { tenantId, patientId, prescriptionId, doseId: id, localDate, kind }, now);
    return;
  }
  const about = new Set((doses.length > 0 ? doses : talk.people).map(({ patientId }) => patientId));
  const nothing = { prescriptionId: null, doseId: null, localDate: null };
  for (const { tenantId, patientId } of inOrder(talk.people)) {
    if (about.has(patientId)) await openCase(tx, { tenantId, patientId, ...nothing, kind }, now);
  }
}

/**
 * The number is not used for these patients any more. What it answered before was somebody else's word: no state can say so of a
 * dose, so each such dose is named in the case, for a clinician to correct.
 */
export async function disown(talk: Talk, dose: TalkedDose | undefined): Promise<void> {
  const { tx, now, number } = talk;
  const people = dose === undefined ? talk.people : talk.people.filter(({ patientId }) => patientId === dose.patientId);
  const patientIds = people.map(({ patientId }) => patientId);
  const from = plusSeconds(now, -VOID_SECONDS);
  const talked = await talkedDoses(tx, number, { people, from, quotes: null, first: null, limit: MOST_VOID });
  const answered = talked.filter(({ answeredAt }) => answeredAt !== null);
  for (const { tenantId, patientId } of inOrder(people)) {
    const of = { tenantId, patientId, prescriptionId: null, kind: 'wrong_person' as const };
    const theirs = answered.filter((each) => each.patientId === patientId);
    for (const { id, localDate } of theirs) await openCase(tx, { ...of, doseId: id, localDate }, now);
    if (theirs.length === 0) await openCase(tx, { ...of, doseId: null, localDate: null }, now);
  }
  await suspendNumber(tx, number.lookup, patientIds);
  await tellUnreachable(tx, patientIds, now);
}

/** Cases are locked in one order, whichever number the message came from. */
function inOrder<T extends { patientId: string }>(people: T[]): T[] {
  return people.toSorted((a, b) => (a.patientId < b.patientId ? -1 : 1));
}
