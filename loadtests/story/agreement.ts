import type { AttemptRow } from '#src/store/accounting.ts';

/** One decision of a provider, as its own ledger has it. */
export interface LedgerEntry {
  attemptId: string | null;
  channel: AttemptRow['channel'];
  outcome: 'accepted' | 'refused';
  code: string | null;
}

/**
 * Holds our attempts against the providers' ledger, message by message, and says in words where they differ: a message
 * accepted there and not here (or the other way round), an SMS accepted twice, a message sent that we say never left. An
 * attempt that ends as `unknown` claims nothing, and is no contradiction.
 */
export function differences(attempts: AttemptRow[], ledger: LedgerEntry[]): string[] {
  const byAttempt = Map.groupBy(ledger, (entry) => entry.attemptId);
  const known = new Set(attempts.map((attempt) => attempt.id));
  const strangers = ledger
    .filter((entry) => entry.attemptId === null || !known.has(entry.attemptId))
    .map((entry) => `${entry.channel}: the provider has a message of ours that we do not know (${entry.attemptId})`);
  return [...attempts.flatMap((attempt) => differencesOf(attempt, byAttempt.get(attempt.id) ?? [])), ...strangers];
}

const TWICE_IS_TWO: AttemptRow['channel'][] = ['sms', 'voice'];

function differencesOf(attempt: AttemptRow, entries: LedgerEntry[]): string[] {
  const accepted = entries.filter((entry) => entry.outcome === 'accepted').length;
  const found: string[] = [];
  if (attempt.accepted && accepted === 0) found.push('accepted here, not at the provider');
  if (!attempt.accepted && accepted > 0 && attempt.state !== 'unknown')
    found.push('accepted at the provider, not here');
  // A push or an e-mail repeated under the same tag or Message-ID shows once; a second SMS is a second SMS, as is a call.
  if (TWICE_IS_TWO.includes(attempt.channel) && accepted > 1) found.push(`accepted ${accepted} times`);
  if (attempt.underWay) found.push('still under way here');
  return found.map((what) => `${attempt.channel} ${attempt.id} (${attempt.state}): ${what}`);
}
