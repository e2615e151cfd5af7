import { readToken } from '../ack/tokens.ts';
import type { App } from '../app.ts';
import { Refusal } from '../domain/refusal.ts';
import { type DoseRow, readDose } from '../store/dose-reads.ts';
import { noDose } from './confirming.ts';

/** The dose a signed token names. Throws a `Refusal`: 404 when it is forged, 410 when it has expired. */
export async function doseOfToken(app: App, token: string): Promise<DoseRow> {
  const reading = readToken(app.config.tokenSecret, token, app.clock.now());
  if (!reading.ok && reading.why === 'expired') {
    throw new Refusal(410, 'The token has expired', [
      { field: 'token', detail: 'can no longer be answered with: use a newer reminder' },
    ]);
  }
  if (!reading.ok)
    throw new Refusal(404, 'The token is not valid', [
      { field: 'token', detail: 'was not issued here: use the link or push as it came' },
    ]);
  const dose = await readDose(app.sql, reading.doseId);
  if (dose === null) throw noDose('token');
  return dose;
}
