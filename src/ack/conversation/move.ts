import type { Answer } from '../../domain/dose.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import type { Question, QuestionOption } from '../../store/questions.ts';
import type { AnswerText } from '../../texts/answers.ts';
import { bind, namedDose, waitingDoses } from './bind.ts';
import { fits } from './day.ts';
import { answerOf, type Said, type Situation } from './meaning.ts';
import { ALL } from './options.ts';

/** What follows from a message, as far as doses are concerned. */
export type Move =
  /** `isChoice`: it was chosen from a list. */
  | { do: 'record'; doses: TalkedDose[]; answer: Answer; isChoice: boolean }
  /** Which of these; `isAgain`: it was asked before. */
  | { do: 'ask'; doses: TalkedDose[]; answer: Answer; isAgain: boolean }
  /** Whether these were taken. */
  | { do: 'clarify'; doses: TalkedDose[] }
  /** Nobody understands it: a person is to read it. */
  | { do: 'person'; doses: TalkedDose[] }
  | { do: 'greet'; doses: TalkedDose[] }
  | { do: 'say'; text: AnswerText };

/**
 * What follows from a message. Only what is surely said becomes an answer of a dose, and only of the dose that a button, a
 * quote, a time, a listed number, or there being no other names. Anything else is asked, once; then a person reads it.
 */
export function moveOf(said: Said, situation: Situation): Move {
  const named = namedDose(said, situation);
  if (said.button !== null && named === undefined) return { do: 'say', text: 'gone' };
  if (said.button === null && named !== undefined && named.dueAt <= situation.lateFrom)
    return { do: 'say', text: 'gone' };
  const answer = answerOf(said);
  const choice = named === undefined ? choose(said, situation) : null;
  if (choice !== null) return choice;
  if (answer === null && said.isPolite) return { do: 'greet', doses: openDoses(situation) };
  if (answer === null) return doubt(named === undefined ? likely(said, situation) : [named], situation);
  if (named !== undefined) return { do: 'record', doses: [named], answer, isChoice: false };
  // "I was wrong, I will take it later": what was recorded is false, and no answer says what is true.
  if (said.heard.correction && answer === 'snoozed') return { do: 'person', doses: likely(said, situation) };
  const { doses, isCertain } = bind(said, answer, situation);
  if (doses.length === 0) return { do: 'say', text: 'none' };
  if (doses.length === 1 && isCertain) return { do: 'record', doses, answer, isChoice: false };
  return ask(doses, answer, situation);
}

/** The one dose that a message is surely about, whatever it says of it. */
export function doseMeant(said: Said, situation: Situation): TalkedDose | undefined {
  const named = namedDose(said, situation);
  if (named !== undefined) return said.button === null && named.dueAt <= situation.lateFrom ? undefined : named;
  if (said.button !== null) return undefined;
  const { doses, isCertain } = bind(said, null, situation);
  return isCertain && doses.length === 1 ? doses[0] : undefined;
}

function openDoses({ talked }: Situation): TalkedDose[] {
  return talked.filter(({ state }) => state === 'open');
}

function likely(said: Said, situation: Situation): TalkedDose[] {
  return bind(said, null, situation).doses;
}

/**
 * A number of the list that was asked about; null: the message is about something else. While a list is open a bare number is
 * its number and nothing else. One that may be the number of a list that is over (its lifetime, or a reminder with numbers of its
 * own has left since) is asked anew.
 */
function choose(said: Said, situation: Situation): Move | null {
  const { question, now } = situation;
  const { choice, about } = said.heard;
  if (question === null || question.options.length === 0 || !said.isBareChoice) return null;
  if (choice === null && about === null) return null;
  const isExpired = now >= question.expiresAt;
  const isOverwritten = remindedSince(question.askedAt, situation);
  if (isExpired && isOverwritten) return null;
  if (isExpired || isOverwritten) return askAnew(question, situation);
  return chosen(said, question, situation) ?? doubt(listedDoses(question, situation), situation);
}

function remindedSince(at: Date, { talked }: Situation): boolean {
  return talked.some(({ sentAt }) => sentAt !== null && sentAt > at);
}

function askAnew(question: Question, situation: Situation): Move {
  const doses = waitingDoses(situation);
  if (doses.length === 0) return { do: 'say', text: 'none' };
  if (question.answer === null) return { do: 'clarify', doses };
  return { do: 'ask', doses, answer: question.answer, isAgain: false };
}

/** Null: what was chosen is not on the list, or says two things. */
function chosen(said: Said, question: Question, situation: Situation): Move | null {
  const picked = pick(said, question, situation);
  if (picked.length === 0) return null;
  const answers = new Set(picked.map((option) => option.answer ?? question.answer));
  const [answer] = answers;
  if (answers.size > 1 || answer === undefined || answer === null) return null;
  const ids = new Set(picked.flatMap(({ doseIds }) => doseIds));
  const doses = situation.talked.filter(({ id }) => ids.has(id));
  if (doses.length === 0) return { do: 'say', text: 'none' };
  // "1" to "did you take them?" says nothing of any one of several.
  if (question.answer === null && doses.length > 1) return { do: 'ask', doses, answer, isAgain: false };
  return { do: 'record', doses, answer, isChoice: true };
}

/** The options that a message names, by number or by the one time that fits; none: one of them is not on the list. */
function pick(
  { heard: { choice, about }, isBoth }: Said,
  { options }: Question,
  { talked }: Situation,
): QuestionOption[] {
  const single = options.filter(({ n }) => n !== ALL);
  if (choice === 'all') return isBoth && single.length !== 2 ? [] : single;
  if (choice !== null) {
    const picked = choice.map((n) => options.find((option) => option.n === n));
    return about !== null || picked.includes(undefined) ? [] : (picked as QuestionOption[]);
  }
  const doses = new Map(talked.map((dose) => [dose.id, dose]));
  const fitting = single.filter(({ doseIds }) =>
    doseIds.some((id) => about !== null && doses.has(id) && fits(about, doses.get(id) as TalkedDose)),
  );
  return fitting.length === 1 ? fitting : [];
}

function listedDoses({ options }: Question, { talked }: Situation): TalkedDose[] {
  const ids = new Set(options.flatMap(({ doseIds }) => doseIds));
  return talked.filter(({ id }) => ids.has(id));
}

/** One clarification, which repeats a list that is open; then a person. */
function doubt(doses: TalkedDose[], situation: Situation): Move {
  const { question, now } = situation;
  if (question === null || now >= question.expiresAt) return { do: 'clarify', doses };
  if (question.kind === 'clarify') return { do: 'person', doses };
  const listed = listedDoses(question, situation);
  if (question.answer === null || listed.length === 0) return { do: 'clarify', doses };
  return { do: 'ask', doses: listed, answer: question.answer, isAgain: true };
}

/** The same list a third time would be a machine's: a person reads it instead. */
function ask(doses: TalkedDose[], answer: Answer, situation: Situation): Move {
  const { question, now } = situation;
  const isSame = question !== null && now < question.expiresAt && question.answer === answer;
  if (isSame && question.kind === 'clarify') return { do: 'person', doses };
  return { do: 'ask', doses, answer, isAgain: isSame };
}
