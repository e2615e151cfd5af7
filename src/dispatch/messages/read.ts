import type { App } from '../../app.ts';
import { type AttemptState, isReminder } from '../../domain/attempt.ts';
import { type AttemptToSend, medicationsOf, readToSend } from '../../store/attempts.ts';
import { learnWords, ownWords } from '../../texts/own.ts';

/** An attempt with what its text may name. `medication` null: its tenant does not want it named on this channel. */
export interface MessageToSend extends AttemptToSend {
  medication: Uint8Array | null;
}

/** The attempts of a chunk (or of a list of ids) in a state, with all that rendering them takes. */
export async function readMessages(
  app: App,
  which: { chunkId: string } | { ids: string[] },
  state: AttemptState,
): Promise<MessageToSend[]> {
  const attempts = await readToSend(app.sql, which, state);
  await learnWords(
    app,
    attempts.map(({ tenantId }) => tenantId),
  );
  const naming = attempts.filter((attempt) => namesMedication(app, attempt));
  const medications = await medicationsOf(app.sql, naming);
  return attempts.map((attempt) => Object.assign(attempt, { medication: medications.get(attempt.id) ?? null }));
}

function namesMedication(app: App, { tenantId, channel, purpose }: AttemptToSend): boolean {
  const channels = ownWords(app, tenantId).detail?.medication;
  return isReminder(purpose) && channels?.includes(channel) === true;
}
