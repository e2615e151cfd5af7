import { Liquid } from 'liquidjs';
import { DateTime } from 'luxon';
import type { OutboundMessage } from '#channels/channel.ts';
import { issueToken } from '../../ack/tokens.ts';
import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import type { AttemptPurpose } from '../../domain/attempt.ts';
import { languageOf } from '../../domain/language.ts';
import type { AttemptToSend } from '../../store/attempts.ts';
import { remembered } from './remembered.ts';
import { TEMPLATES } from './templates.ts';

/** A link can be answered this long after the dose was due; answers after the window are recorded as late. */
const ANSWERABLE_SECONDS = 3 * 24 * 3600;

/** WhatsApp lets free text follow what a person wrote for so long. */
const SESSION_SECONDS = 24 * 3600;

const liquid = new Liquid({ strictVariables: true });
/** Stands for the link, which every message has of its own, in texts that are otherwise the same for many. */
const LINK = '\u0000';

/**
 * The message of one attempt, in the patient's language and local time. Null when it is unreadable (a data key gone, a
 * corrupt value): one such row must not take its chunk with it.
 */
export function render(app: App, attempt: AttemptToSend): OutboundMessage | null {
  try {
    return messageOf(app, attempt);
  } catch (error) {
    app.log.error({ attempt: attempt.id, reason: (error as Error).message }, 'message cannot be rendered');
    return null;
  }
}

function messageOf(app: App, attempt: AttemptToSend): OutboundMessage {
  const language = languageOf(attempt.locale);
  const template = TEMPLATES[language][attempt.purpose as Exclude<AttemptPurpose, 'message'>];
  const answer = answerLink(app, attempt);
  const time = localTime(attempt.doseDueAt, attempt.zone);
  const fill = (text: string) => filled(text, time).split(LINK).join(answer.link);
  return {
    attemptId: attempt.id,
    doseId: attempt.doseId,
    purpose: attempt.purpose,
    to: app.cipher.open(attempt.contact),
    subject: fill(template.subject),
    text: fill(attempt.channel === 'sms' ? template.sms : template.text),
    language,
    time,
    inSession: attempt.wroteAt !== null && app.clock.now() < plusSeconds(attempt.wroteAt, SESSION_SECONDS),
    ...answer,
    expiresAt: attempt.expiresAt,
    createdAt: attempt.createdAt,
  };
}

function answerLink(app: App, attempt: AttemptToSend): { link: string; token?: string } {
  const { publicUrl } = app.config.http;
  if (attempt.purpose === 'escalation') return { link: `${publicUrl}/clinic/cases/${attempt.escalationId}` };
  const expiresAt = plusSeconds(attempt.doseDueAt, ANSWERABLE_SECONDS);
  const token = issueToken(app.config.tokenSecret, { doseId: attempt.doseId, expiresAt });
  return { link: `${publicUrl}/c/${token}`, token };
}

/** A template with its time filled in. The messages of a rush share a few of them, and LiquidJS takes 20 µs for each. */
const filled = remembered((text: string, time: string) => liquid.parseAndRenderSync(text, { time, link: LINK }));

/** HH:mm of an instant in a zone. */
function localTime(at: Date, zone: string): string {
  return minuteIn(zone, String(Math.floor(at.getTime() / 60_000)));
}

const minuteIn = remembered((zone: string, minute: string) => {
  const local = DateTime.fromMillis(Number(minute) * 60_000, { zone });
  if (!local.isValid) throw new RangeError('not a time zone');
  return local.toFormat('HH:mm');
});
