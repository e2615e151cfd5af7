import { readToken } from '../ack/tokens.ts';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { type DoseRow, readDose } from '../store/dose-reads.ts';
import { noDose } from './confirming.ts';

/** The id in a signed token. Throws a `Refusal`: 404 when it is forged, 410 when it has expired. */
export function doseIdOfToken(app: App, token: string): string {
  const reading = readToken(app.config.tokenSecret, token, app.clock.now());
  if (reading.ok) return reading.doseId;
  if (reading.why === 'expired') {
    throw new Refusal(410, 'The token has expired', [
      { field: 'token', detail: 'can no longer be answered with: use a newer reminder' },
    ]);
  }
  throw new Refusal(404, 'The token is not valid', [
    { field: 'token', detail: 'was not issued here: use the link or push as it came' },
  ]);
}

/** The dose a signed token names; throws as `doseIdOfToken` does. */
export async function doseOfToken(app: App, token: string): Promise<DoseRow> {
  const dose = await readDose(app.sql, doseIdOfToken(app, token));
  if (dose === null) throw noDose('token');
  return dose;
}
