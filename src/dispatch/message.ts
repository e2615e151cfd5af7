import { segmentsOf } from '#channels/sms-segments.ts';
import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { type ChannelName, CONTACT_KIND } from '../domain/attempt.ts';
import { consentsTo } from '../domain/consent.ts';
import { uuidv7 } from '../domain/ids.ts';
import type { Consent } from '../domain/patient.ts';
import { Refusal } from '../domain/refusal.ts';
import type { AttemptToSend } from '../store/attempts.ts';
import { insertChunks } from '../store/chunks.ts';
import { type Addressee, holdAddressee, insertMessage, type OwnContact, ownContacts } from '../store/messages.ts';
import type { Sql } from '../store/pool.ts';
import { isInSession } from './messages/session.ts';

/** The channels on which a person can write to a patient. */
export const WRITTEN_CHANNELS = ['sms', 'whatsapp', 'email'] as const;
export type WrittenChannel = (typeof WRITTEN_CHANNELS)[number];

/** How long a message may be. */
export const MOST_CHARACTERS = 1000;

/** An answer that comes a day late answers nothing any more. */
const USEFUL_SECONDS = 24 * 3600;

/** What somebody of the clinic writes. The patient is named by the tenant's own id, or by ours. */
type Letter = { tenantId: string; channel: WrittenChannel; text: string; by: string } & (
  | { externalId: string }
  | { patientId: string }
);

export interface SentMessage {
  id: string;
  channel: WrittenChannel;
  at: Date;
  /** What it counts for as an SMS; null on other channels. */
  segments: number | null;
  locale: string;
}

/**
 * A person's message becomes a row, an attempt and a chunk of its own, in the caller's transaction: nothing is sent if that is
 * undone, and it is sent once it is committed, whoever dies. No job is made, since the API needs no Redis: the rescue brings
 * the chunk within seconds. Quiet hours do not hold it back: a person decided. Throws a `Refusal`: 404 for no patient, `CannotWrite`.
 */
export async function writeMessage(app: App, tx: Sql, letter: Letter): Promise<SentMessage> {
  const { channel, text } = letter;
  const now = app.clock.now();
  const patient = await holdAddressee(tx, letter);
  if (patient === null) throw noPatient();
  const contact = reachable(patient, await ownContacts(tx, patient.id, CONTACT_KIND[channel]), channel, now);
  const expiresAt = plusSeconds(now, USEFUL_SECONDS);
  const ids = { id: uuidv7(now), attemptId: uuidv7(now), chunkId: uuidv7(now) };
  const { chunkId } = ids;
  await insertChunks(tx, [{ id: chunkId, channel, critical: true, size: 1, readyAt: now, expiresAt, turn: 1 }], now);
  const whose = { patientId: patient.id, contactPointId: contact.id };
  await insertMessage(tx, app.cipher, { ...letter, ...whose, ...ids, now, expiresAt });
  const segments = channel === 'sms' ? segmentsOf(text) : null;
  return { id: ids.id, channel, at: now, segments, locale: patient.locale };
}

/** What stands in the way of a message: field and mend, for who wrote it. */
const OBSTACLES = {
  patient_deceased: ['externalId', 'names a patient who has died: nothing is sent any more'],
  no_consent: [
    'externalId',
    'names a patient who has not agreed to messages: write once consent.reminders of the patient is true, or call',
  ],
  channel_not_consented: [
    'channel',
    'is none of those the patient agreed to: choose one of the patient’s consent.channels',
  ],
  no_contact: [
    'channel',
    'is one that the patient has no contact for: add it to the patient, or choose another channel',
  ],
  contact_opted_out: [
    'channel',
    'is one on which the patient asked for no more messages: choose another channel, or call',
  ],
  contact_invalid: [
    'channel',
    'is one whose contact proved invalid: replace it at the patient, or choose another channel',
  ],
  session_over: [
    'channel',
    'takes free text only within 24 hours of what the patient wrote there: choose another channel, such as sms',
  ],
} as const;
type Obstacle = keyof typeof OBSTACLES;

/** A 409: the patient cannot, or must not, be written to. */
export class CannotWrite extends Refusal {
  readonly obstacle: Obstacle;
  constructor(obstacle: Obstacle) {
    const [field, detail] = OBSTACLES[obstacle];
    super(409, 'The patient cannot be written to', [{ field, detail }]);
    this.obstacle = obstacle;
  }
}

/** The contact point the message goes to. Throws `CannotWrite`. */
function reachable(patient: Addressee, contacts: OwnContact[], channel: WrittenChannel, now: Date): OwnContact {
  const unwanted = whyUnwanted(patient, channel);
  if (unwanted !== null) throw new CannotWrite(unwanted);
  const active = contacts.filter(({ state }) => state === 'active');
  const open = channel === 'whatsapp' ? active.filter(({ wroteAt }) => isInSession(wroteAt, now)) : active;
  const [first] = open;
  if (first !== undefined) return first;
  if (active.length > 0) throw new CannotWrite('session_over');
  if (contacts.length === 0) throw new CannotWrite('no_contact');
  throw new CannotWrite(contacts.some(({ state }) => state === 'opted_out') ? 'contact_opted_out' : 'contact_invalid');
}

function whyUnwanted(
  { deceased, consent }: Pick<Addressee, 'deceased' | 'consent'>,
  channel: ChannelName,
): Obstacle | null {
  return deceased ? 'patient_deceased' : whyNoConsent(consent, channel);
}

/** What the patient's consent has against a message on the channel; null: nothing. */
export function whyNoConsent(consent: Consent, channel: ChannelName): 'no_consent' | 'channel_not_consented' | null {
  if (!consent.reminders) return 'no_consent';
  return consentsTo(consent, channel) ? null : 'channel_not_consented';
}

/** Why a person's message must not leave any more: what was allowed when it was written may not be when it leaves. */
export function whyNoFreeText(attempt: AttemptToSend, now: Date): Obstacle | null {
  const unwanted = whyUnwanted(attempt, attempt.channel);
  if (unwanted !== null) return unwanted;
  return attempt.channel === 'whatsapp' && !isInSession(attempt.wroteAt, now) ? 'session_over' : null;
}

/** A 404 for another tenant's patient too. */
export function noPatient(): Refusal {
  return new Refusal(404, 'No such patient', [
    { field: 'externalId', detail: 'is not the id of one of your patients' },
  ]);
}
