import type { App } from '../app.ts';
import type { Reply } from '../domain/reply.ts';
import { optIn, optOut } from '../store/consents.ts';
import { insertInbound, knownReply, markWrote, type TalkedDose } from '../store/inbound.ts';
import { lockLine } from '../store/questions.ts';
import { transaction } from '../store/transaction.ts';
import { carryOut, GREETING, isSilenced, record, type Told } from './conversation/carry-out.ts';
import { disown, openCases } from './conversation/cases.ts';
import { answerOf, says } from './conversation/meaning.ts';
import { doseMeant, type Move, moveOf } from './conversation/move.ts';
import { readTalk, type Talk, tenantsOf } from './conversation/talk.ts';
import { wordsOf } from './conversation/words.ts';

/** What became of a message: what it was understood as, what it is answered with, and the doses it was about. */
interface Handled extends Told {
  intent: string;
}

/**
 * Understands a message, binds it to what it is about, records what it surely says, and answers. The same message id again gives
 * the same reply and changes nothing.
 */
export async function receiveReply(app: App, message: Reply): Promise<{ reply: string | null }> {
  return transaction(app.sql, async (tx) => {
    const known = await knownReply(tx, message.sid);
    if (known !== undefined) return { reply: known === null ? null : app.cipher.open(known) };
    await lockLine(tx, { sender: app.cipher.lookup(message.from), channel: message.channel });
    const now = app.clock.now();
    const talk = await readTalk(app, tx, message, now);
    const { intent, text, doses } = await handle(talk);
    const reply = isSilenced(talk) && intent !== 'opt_in' ? null : text;
    await insertInbound(
      tx,
      {
        sid: message.sid,
        channel: message.channel,
        sender: talk.line.sender,
        body: app.cipher.seal(message.body),
        intent,
        ...whose(talk, doses),
        reply: reply === null ? null : app.cipher.seal(reply),
      },
      now,
    );
    await markWrote(tx, talk.number, now);
    return { reply };
  });
}

async function handle(talk: Talk): Promise<Handled> {
  const { said, message } = talk;
  const { heard } = said;
  const isSure = heard.confidence === 'sure';
  if (message.keyword === 'help') return { intent: 'help', text: null, doses: [] };
  if (message.keyword !== undefined || (isSure && (heard.intent === 'opt_out' || heard.intent === 'opt_in'))) {
    const isOut = message.keyword === undefined ? heard.intent === 'opt_out' : message.keyword === 'stop';
    return turn(talk, isOut);
  }
  if (talk.people.length === 0) return { intent: isSure ? heard.intent : 'unclear', text: null, doses: [] };
  if (says(said, 'urgent')) return alarm(talk, 'urgent');
  if (isSure && says(said, 'wrong_person')) return wrongPerson(talk);
  if (isSure && says(said, 'problem')) return alarm(talk, 'problem');
  // Wanting no more is never left without a way out.
  if ((isSure && heard.intent === 'help') || heard.intent === 'opt_out') {
    return { intent: 'help', text: wordsOf(talk, 'help'), doses: [] };
  }
  if (message.body.trim() === '' && said.button === null) {
    return { intent: 'unclear', text: (message.media ?? 0) > 0 ? wordsOf(talk, 'media') : null, doses: [] };
  }
  const move = moveOf(said, talk.situation);
  return { intent: intentOf(talk, move), ...(await carryOut(talk, move)) };
}

/** Messages to the number stop, or go on. That is confirmed where something changed and the carrier has not said so itself. */
async function turn(talk: Talk, isOut: boolean): Promise<Handled> {
  const { tx, now, line, message, people } = talk;
  const byCarrier = message.keyword !== undefined;
  const changed = await (isOut ? optOut : optIn)(tx, {
    lookup: line.sender,
    source: byCarrier ? 'provider' : 'reply',
    sourceId: message.sid,
    at: now,
  });
  const isTold = changed && !byCarrier && people.length > 0;
  const text = isTold ? wordsOf(talk, isOut ? 'stopped' : 'started') : null;
  return { intent: isOut ? 'opt_out' : 'opt_in', text, doses: [] };
}

/** A person is called at once; what is surely said of a dose beside it is recorded too. */
async function alarm(talk: Talk, what: 'urgent' | 'problem'): Promise<Handled> {
  const dose = doseMeant(talk.said, talk.situation);
  const answer = answerOf(talk.said);
  const about = dose === undefined ? [] : [dose];
  if (answer !== null) await record(talk, about, answer);
  await openCases(talk, `${what}_reply`, about);
  const text = talk.said.heard.reason === 'deceased' ? 'person' : what;
  return { intent: what, text: wordsOf(talk, text, about), doses: about };
}

/** Only a button or a quote says whose reminder was wrong; without one it is everybody's. */
async function wrongPerson(talk: Talk): Promise<Handled> {
  const { said, situation } = talk;
  const isNamed = said.button !== null || said.isQuoting;
  const text = wordsOf(talk, 'wrong_person');
  await disown(talk, isNamed ? doseMeant(said, situation) : undefined);
  return { intent: 'wrong_person', text, doses: [] };
}

const INTENT_OF = { taken: 'taken', skipped: 'not_taken', snoozed: 'later' } as const;

/** What a message is kept as; a number of a list says nothing without its list. */
function intentOf({ said }: Talk, move: Move): string {
  if (move.do === 'greet') return GREETING;
  if (move.do === 'record') return move.isChoice ? 'choice' : INTENT_OF[move.answer];
  return said.heard.confidence === 'sure' ? said.heard.intent : 'unclear';
}

/** The tenant, patient and dose of a message, as far as there is only one. */
function whose({ people }: Talk, doses: TalkedDose[]) {
  const about = doses.length > 0 ? doses : people;
  const patientIds = [...new Set(about.map(({ patientId }) => patientId))];
  const tenants = tenantsOf(people.filter(({ patientId }) => patientIds.includes(patientId)));
  return {
    tenantId: tenants.length === 1 ? (tenants[0] as string) : null,
    patientId: patientIds.length === 1 ? (patientIds[0] as string) : null,
    doseId: doses.length === 1 ? (doses[0] as TalkedDose).id : null,
  };
}
