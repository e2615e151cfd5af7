import { readToken, type TokenPurpose, type TokenReading } from '../ack/tokens.ts';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { type DoseRow, readDose } from '../store/dose-reads.ts';
import { noDose } from './confirming.ts';

type GoodToken<Purpose> = Extract<TokenReading, { ok: true }> & { purpose: Purpose };

/**
 * What a signed token says, for whichever of these purposes it was issued. Throws a `Refusal`: 404 when it is forged for all
 * of them, 410 when it has expired.
 */
export function tokenFor<Purpose extends TokenPurpose>(
  app: App,
  token: string,
  purposes: readonly Purpose[],
): GoodToken<Purpose> {
  for (const purpose of purposes) {
    const reading = readToken(app.config.tokenSecret, purpose, token, app.clock.now());
    if (reading.ok) return { ...reading, purpose };
    if (reading.why === 'expired') {
      throw new Refusal(410, 'The token has expired', [
        { field: 'token', detail: 'can no longer be answered with: use a newer reminder' },
      ]);
    }
  }
  throw new Refusal(404, 'The token is not valid', [
    { field: 'token', detail: 'was not issued here for this: use the link or push as it came' },
  ]);
}

/** The dose that a token names; throws a `Refusal` (404) where there is none. */
export async function doseOfToken(app: App, doseId: string): Promise<DoseRow> {
  const dose = await readDose(app.sql, doseId);
  if (dose === null) throw noDose('token');
  return dose;
}
