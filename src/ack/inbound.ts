import { DateTime } from 'luxon';
import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { languageOf } from '../domain/language.ts';
import { setOptOut } from '../store/contacts.ts';
import { type AnswerableDose, answerableDoses, insertInbound, knownReply, localeOf } from '../store/inbound.ts';
import type { Sql } from '../store/pool.ts';
import { transaction } from '../store/transaction.ts';
import { recordAck } from './record.ts';
import { type ReplyIntent, understandReply } from './replies.ts';
import { REPLY_TEXTS, type ReplyText } from './reply-texts.ts';

/** A text message as the provider handed it over, its signature already verified. `from` is E.164. */
export interface Reply {
  sid: string;
  channel: 'sms' | 'whatsapp';
  from: string;
  body: string;
}

/** A reply this long after the window still answers its dose (as late). */
const LATE_SECONDS = 24 * 3600;

/**
 * Binds a reply to a dose and records it. One dose waits ⇒ it is the one. Several ⇒ nothing is recorded and the sender is
 * asked to use the link of the right reminder: never "the closest". The same message id again gives the same reply and
 * changes nothing.
 */
export async function receiveReply(app: App, message: Reply): Promise<{ reply: string | null }> {
  return transaction(app.sql, async (tx) => {
    const known = await knownReply(tx, message.sid);
    if (known !== undefined) return { reply: known === null ? null : app.cipher.open(known) };
    const now = app.clock.now();
    const sender = app.cipher.lookup(message.from);
    const intent = understandReply(message.body);
    const waiting = await answerableDoses(tx, sender, plusSeconds(now, -LATE_SECONDS));
    const bound = bind(waiting);
    const said = await act(app, tx, { intent, sender, bound, several: waiting.length > 1, sid: message.sid });
    const reply = await words(tx, sender, said, bound ?? waiting[0]);
    await insertInbound(
      tx,
      {
        sid: message.sid,
        sender,
        body: app.cipher.seal(message.body),
        intent,
        doseId: bound?.id ?? null,
        reply: reply === null ? null : app.cipher.seal(reply),
      },
      now,
    );
    return { reply };
  });
}

/** The one dose that waits; where none is open, the one whose window closed. Several: none. */
function bind(waiting: AnswerableDose[]): AnswerableDose | undefined {
  const open = waiting.filter((dose) => dose.state === 'open');
  const candidates = open.length > 0 ? open : waiting;
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Does what the reply asks and returns which text to answer with; null: none (the carrier answers STOP itself). */
async function act(
  app: App,
  tx: Sql,
  reply: { intent: ReplyIntent; sender: Buffer; bound: AnswerableDose | undefined; several: boolean; sid: string },
): Promise<ReplyText | null> {
  const { intent, bound } = reply;
  if (intent === 'stop' || intent === 'start') {
    await setOptOut(tx, reply.sender, intent === 'stop');
    return null;
  }
  if (bound === undefined) return reply.several ? 'several' : 'none';
  if (intent === 'unclear') return 'unclear';
  const result = await recordAck(app, { doseId: bound.id, answer: intent, road: 'sms_reply', sourceId: reply.sid }, tx);
  if (result === null || result.effect === 'refused') return 'none';
  return intent;
}

async function words(
  tx: Sql,
  sender: Buffer,
  said: ReplyText | null,
  about: AnswerableDose | undefined,
): Promise<string | null> {
  if (said === null) return null;
  const locale = about?.locale ?? (await localeOf(tx, sender));
  if (locale === null) return null; // a stranger's message gets no answer
  const time = about === undefined ? '' : DateTime.fromJSDate(about.dueAt, { zone: about.zone }).toFormat('HH:mm');
  return REPLY_TEXTS[languageOf(locale)][said].replace('{{ time }}', time);
}
