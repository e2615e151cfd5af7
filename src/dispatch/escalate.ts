import { plusSeconds } from '../clock.ts';
import type { EscalationKind } from '../domain/escalation.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { NewAttempt } from '../store/attempts.ts';
import { type CaseTrigger, missedStreaks, openCase } from '../store/cases.ts';
import type { Chunk } from '../store/chunks.ts';
import { type ContactChoice, contactChoices } from '../store/contacts.ts';
import type { DueDose } from '../store/doses.ts';
import type { Sql } from '../store/pool.ts';
import { intoChunks, type Unchunked } from './chunking.ts';
import type { Dispatcher } from './dispatcher.ts';

type EndedDose = DueDose & { end: 'missed' | 'undelivered' };

/** Telling a clinician stays useful for this long. */
const CASE_USEFUL_SECONDS = 24 * 3600;

/**
 * Opens the cases these ended doses call for and writes the intents that tell their clinicians, on the same send path as
 * reminders: a critical dose after one miss (or when nobody could be reached), a routine one after a streak of misses.
 */
export async function openCases(
  app: Dispatcher,
  tx: Sql,
  ended: EndedDose[],
  now: Date,
): Promise<{ attempts: NewAttempt[]; chunks: Chunk[] }> {
  const opened: { trigger: CaseTrigger; caseId: string }[] = [];
  const routineMisses = ended.filter((dose) => !dose.critical && dose.end === 'missed');
  const streaks = await missedStreaks(
    tx,
    routineMisses.map((dose) => ({ prescriptionId: dose.prescriptionId, length: dose.policy.missesInARow })),
  );
  for (const dose of ended) {
    const kind = caseKind(dose, streaks);
    if (kind === null) continue;
    const trigger = { ...dose, doseId: dose.id, kind };
    const caseId = await openCase(tx, trigger, now);
    if (caseId !== null) opened.push({ trigger, caseId });
  }
  if (opened.length === 0) return { attempts: [], chunks: [] };
  const contacts = await contactChoices(
    tx,
    opened.map(({ trigger }) => trigger.patientId),
  );
  const attempts = opened.map(({ trigger, caseId }) => {
    const clinician = nextClinician(contacts.get(trigger.patientId) ?? []);
    return tellClinician(trigger, caseId, clinician, now);
  });
  const unchunked: Unchunked[] = attempts
    .filter((attempt) => attempt.contactPointId !== null)
    .map((attempt) => ({ attempt, critical: true, readyAt: now }));
  return { attempts, chunks: intoChunks(unchunked, app.channels, now) };
}

function caseKind(dose: EndedDose, streaks: Set<string>): EscalationKind | null {
  if (dose.critical) return dose.end === 'missed' ? 'missed_critical' : 'undelivered_critical';
  return dose.end === 'missed' && streaks.has(dose.prescriptionId) ? 'missed_streak' : null;
}

/** The first working clinician contact not tried yet, in the order the tenant gave them. */
export function nextClinician(contacts: ContactChoice[], tried = new Set<string>()): ContactChoice | undefined {
  return contacts.find((c) => c.owner === 'clinician' && c.state === 'active' && c.kind !== 'push' && !tried.has(c.id));
}

/** The intent that tells a clinician of a case; failed at once when there is nobody left to tell. */
export function tellClinician(
  trigger: Omit<CaseTrigger, 'prescriptionId' | 'kind'>,
  caseId: string,
  clinician: { id: string; kind: string } | undefined,
  now: Date,
): NewAttempt {
  return {
    id: uuidv7(now),
    tenantId: trigger.tenantId,
    patientId: trigger.patientId,
    doseId: trigger.doseId,
    localDate: trigger.localDate,
    escalationId: caseId,
    purpose: 'escalation',
    rung: 0,
    channel: clinician?.kind === 'phone' ? 'sms' : 'email',
    contactPointId: clinician?.id ?? null,
    chunkId: null,
    dueAt: now,
    expiresAt: plusSeconds(now, CASE_USEFUL_SECONDS),
    code: clinician === undefined ? 'no_contact' : null,
  };
}
