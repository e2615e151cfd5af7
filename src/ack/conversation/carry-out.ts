import { plusSeconds } from '../../clock.ts';
import { type Answer, MAX_SNOOZES } from '../../domain/dose.ts';
import { answeredSince, type TalkedDose } from '../../store/inbound.ts';
import { closeQuestion, insertQuestion, type NewQuestion } from '../../store/questions.ts';
import type { AnswerText } from '../../texts/answers.ts';
import type { AckResult } from '../decide.ts';
import { recordAck } from '../record.ts';
import { openCases } from './cases.ts';
import type { Move } from './move.ts';
import { numberedList } from './options.ts';
import type { Talk } from './talk.ts';
import { labelsFor, languageFor, wordsOf } from './words.ts';

/** How long an answer to a question is taken as one. */
const QUESTION_SECONDS = 3600;
/** Somebody who only greets or thanks is answered once in so long. */
const POLITE_SECONDS = 3600;

/** What a message that only greets or thanks is kept as. */
export const GREETING = 'other';

const ROADS = { sms: 'sms_reply', whatsapp: 'whatsapp_reply' } as const;

/** What somebody is told, and the doses that their message was about. */
export interface Told {
  text: string | null;
  doses: TalkedDose[];
}

/** Carries a move out and says what to answer. */
export async function carryOut(talk: Talk, move: Move): Promise<Told> {
  switch (move.do) {
    case 'record':
      return recordAll(talk, move);
    case 'ask':
      return ask(talk, move);
    case 'clarify':
      return clarify(talk, move.doses);
    case 'person':
      await close(talk, 'replaced');
      await openCases(talk, 'unclear_reply', move.doses);
      return { text: wordsOf(talk, 'person', move.doses), doses: move.doses };
    case 'greet':
      return greet(talk, move.doses);
    case 'say':
      return { text: wordsOf(talk, move.text), doses: [] };
  }
}

/** The answer of each dose, under the message's id, so that a repeat of it changes nothing. */
export async function record(talk: Talk, doses: TalkedDose[], answer: Answer): Promise<(AckResult | null)[]> {
  const { app, tx, message, said } = talk;
  const { reason } = said.heard;
  const results: (AckResult | null)[] = [];
  for (const [i, dose] of doses.entries()) {
    const sourceId = i === 0 ? message.sid : `${message.sid} ${i}`;
    const road = ROADS[message.channel];
    const ack = { doseId: dose.id, answer, road, sourceId, ...(reason === undefined ? {} : { reason }) };
    results.push(await recordAck(app, ack, tx));
  }
  return results;
}

async function recordAll(talk: Talk, { doses, answer }: Extract<Move, { do: 'record' }>): Promise<Told> {
  const results = await record(talk, doses, answer);
  await close(talk, 'answered');
  const done = doses.filter((_, i) => results[i] !== null && results[i]?.effect !== 'refused');
  if (done.length > 0) return { text: wordsOf(talk, doneText(talk, done, answer), done), doses: done };
  const putOff = results[0]?.dose;
  const isSpent = answer === 'snoozed' && putOff?.state === 'open' && putOff.snoozes >= MAX_SNOOZES;
  return { text: wordsOf(talk, isSpent ? 'no_more_snoozes' : 'none', doses), doses };
}

function doneText({ app, now }: Talk, doses: TalkedDose[], answer: Answer): AnswerText {
  if (answer !== 'snoozed') return doses.length === 1 ? answer : `${answer}_several`;
  const until = plusSeconds(now, app.config.schedule.snoozeSeconds);
  return doses.some(({ windowEndsAt }) => until < windowEndsAt) ? 'snoozed' : 'snoozed_end';
}

/** Nothing is asked of somebody who wants no messages. */
async function put(talk: Talk, question: Omit<NewQuestion, 'expiresAt'>): Promise<void> {
  await close(talk, 'replaced');
  if (isSilenced(talk)) return;
  const expiresAt = plusSeconds(talk.now, QUESTION_SECONDS);
  await insertQuestion(talk.tx, talk.line, { ...question, expiresAt }, talk.now);
}

async function close({ tx, situation }: Talk, state: 'answered' | 'replaced'): Promise<void> {
  if (situation.question !== null) await closeQuestion(tx, situation.question.id, state);
}

async function ask(talk: Talk, { doses, answer, isAgain }: Extract<Move, { do: 'ask' }>): Promise<Told> {
  const language = languageFor(talk, doses);
  const list = numberedList(doses, answer, language, labelsFor(talk));
  if (list === null) {
    await close(talk, 'replaced');
    return { text: wordsOf(talk, 'several', doses), doses: [] };
  }
  const isWho = new Set(doses.map(({ patientId }) => patientId)).size > 1;
  await put(talk, { kind: isAgain ? 'clarify' : isWho ? 'who' : 'which_dose', answer, options: list.options });
  return { text: list.text, doses };
}

async function clarify(talk: Talk, doses: TalkedDose[]): Promise<Told> {
  const doseIds = doses.map(({ id }) => id);
  const options = [
    { n: 1, doseIds, answer: 'taken' as const },
    { n: 2, doseIds, answer: 'skipped' as const },
  ];
  await put(talk, { kind: 'clarify', answer: null, options: doses.length === 0 ? [] : options });
  const text = doses.length === 0 ? 'clarify_none' : doses.length === 1 ? 'clarify' : 'clarify_several';
  return { text: wordsOf(talk, text, doses), doses };
}

async function greet(talk: Talk, open: TalkedDose[]): Promise<Told> {
  const since = plusSeconds(talk.now, -POLITE_SECONDS);
  if (await answeredSince(talk.tx, talk.line.sender, GREETING, since)) return { text: null, doses: [] };
  return { text: wordsOf(talk, open.length > 0 ? 'hello_open' : 'hello', open), doses: open };
}

/** Whether the number wants no messages: what it says is recorded, and not answered. */
export function isSilenced({ people }: Talk): boolean {
  return people.every(({ optedOut }) => optedOut);
}
