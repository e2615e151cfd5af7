import { DateTime } from 'luxon';
import type { OutboundMessage } from '#channels/channel.ts';
import { issueToken, issueUnsubscribeToken, type TokenPurpose } from '../../ack/tokens.ts';
import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import { type ChannelName, isReminder } from '../../domain/attempt.ts';
import type { EscalationKind } from '../../domain/escalation.ts';
import { type Language, languageOf } from '../../domain/language.ts';
import { MOST_MEDICATION } from '../../texts/keys.ts';
import { messageWords } from '../../texts/message-words.ts';
import { inOwnWords } from '../../texts/own.ts';
import { remembered } from '../../texts/remembered.ts';
import type { TemplateKey } from '../../texts/templates.ts';
import type { MessageToSend } from './read.ts';
import { isInSession } from './session.ts';

/** A link can be answered this long after the dose was due, an action after its reminder was; late answers are recorded as late. */
const ANSWERABLE_SECONDS = 3 * 24 * 3600;
/** The channels whose messages are answered in place, by the purpose of the token that such an answer carries. */
const ACTION_TOKEN: Partial<Record<ChannelName, TokenPurpose>> = {
  push: 'push',
  webpush: 'webpush',
  whatsapp: 'whatsapp',
};

/**
 * The message of one attempt, in the patient's language and local time. Null when it is unreadable (a data key gone, a
 * corrupt value): one such row must not take its chunk with it.
 */
export function render(app: App, attempt: MessageToSend): OutboundMessage | null {
  try {
    return messageOf(app, attempt);
  } catch (error) {
    app.log.error({ attempt: attempt.id, reason: (error as Error).message }, 'message cannot be rendered');
    return null;
  }
}

function messageOf(app: App, attempt: MessageToSend): OutboundMessage {
  const language = languageOf(attempt.locale);
  const { doseDueAt } = attempt;
  const time = doseDueAt === null ? '' : localTime(doseDueAt, attempt.zone);
  const answer = answerLink(app, attempt);
  return {
    attemptId: attempt.id,
    doseId: attempt.doseId ?? attempt.id,
    purpose: attempt.purpose,
    to: app.cipher.open(attempt.contact),
    ...wordsOf(app, attempt, { language, time, link: answer.link ?? '' }),
    language,
    time,
    inSession: isInSession(attempt.wroteAt, app.clock.now()),
    ...answer,
    ...unsubscribeLink(app, attempt),
    expiresAt: attempt.expiresAt,
    createdAt: attempt.createdAt,
  };
}

/** A case's text by its kind, for clinicians. */
const CASE_TEXTS: Record<EscalationKind, TemplateKey> = {
  missed_critical: 'escalation',
  missed_streak: 'escalation',
  undelivered_critical: 'escalation',
  urgent_reply: 'urgent_case',
  problem_reply: 'reply_case',
  wrong_person: 'reply_case',
  unclear_reply: 'reply_case',
  unreachable: 'unreachable_case',
};

/** What a person wrote leaves as it was written. */
function wordsOf(
  app: App,
  { tenantId, purpose, channel, body, escalationKind, medication }: MessageToSend,
  { language, time, link }: { language: Language; time: string; link: string },
): { subject: string; text: string } {
  if (purpose === 'message') return { subject: FROM_CLINIC[language], text: app.cipher.open(body as Uint8Array) };
  const named = medication === null ? null : app.cipher.open(medication).slice(0, MOST_MEDICATION);
  const key = escalationKind === null ? purpose : CASE_TEXTS[escalationKind];
  const message = { key, channel, language, time, link, medication: named };
  return inOwnWords(app, tenantId, key, (own) => messageWords(own, message));
}

/** The subject of what a person writes by e-mail. */
const FROM_CLINIC: Record<Language, string> = {
  es: 'Mensaje de su clínica',
  en: 'A message from your clinic',
  pt: 'Mensagem da sua clínica',
};

function answerLink(app: App, attempt: MessageToSend): { link?: string; token?: string } {
  const { publicUrl } = app.config.http;
  const { doseId, doseDueAt } = attempt;
  if (attempt.purpose === 'escalation') return { link: `${publicUrl}/clinic/cases/${attempt.escalationId}` };
  if (doseId === null || doseDueAt === null) return {};
  const tokenFor = (purpose: TokenPurpose, dueAt: Date) =>
    issueToken(app.config.tokenSecret, purpose, { doseId, expiresAt: plusSeconds(dueAt, ANSWERABLE_SECONDS) });
  const purpose = ACTION_TOKEN[attempt.channel];
  const link = `${publicUrl}/c/${tokenFor('link', doseDueAt)}`;
  return { link, ...(purpose && { token: tokenFor(purpose, attempt.dueAt) }) };
}

/** Patients and caregivers stop their e-mails with it; clinicians are told of cases in any case. */
function unsubscribeLink(app: App, { channel, purpose, contactPointId }: MessageToSend): { unsubscribe?: string } {
  if (channel !== 'email' || !isReminder(purpose)) return {};
  const { http, tokenSecret } = app.config;
  return { unsubscribe: `${http.publicUrl}/u/${issueUnsubscribeToken(tokenSecret, contactPointId)}` };
}

/** HH:mm of an instant in a zone. */
function localTime(at: Date, zone: string): string {
  return minuteIn(zone, String(Math.floor(at.getTime() / 60_000)));
}

const minuteIn = remembered((zone: string, minute: string) => {
  const local = DateTime.fromMillis(Number(minute) * 60_000, { zone });
  if (!local.isValid) throw new RangeError('not a time zone');
  return local.toFormat('HH:mm');
});
