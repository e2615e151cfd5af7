import type { Answer } from '../../domain/dose.ts';
import type { Language } from '../../domain/language.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import type { QuestionOption } from '../../store/questions.ts';
import { QUESTION_WORDS } from '../../texts/answers.ts';
import { clockTime, dayPart } from './day.ts';

/** The number that stands for all that is listed; so at most eight are. */
export const ALL = 9;
const MOST_OPTIONS = ALL - 1;
/** GSM-7 characters of one segment; the words and labels here need no other alphabet. */
const SEGMENT = 160;

/** A numbered list: its text, and what each number means. */
export interface NumberedList {
  text: string;
  options: QuestionOption[];
}

/**
 * A list to choose from that fits one segment, by time of day, and by person where `labels` has more than one of those meant.
 * Doses of one patient at one time are one option, with their count: their reminders name only the time. The oldest doses are
 * left out where not all fit. Null: two options could not be told apart.
 */
export function numberedList(
  doses: TalkedDose[],
  answer: Answer,
  language: Language,
  labels: ReadonlyMap<string, string>,
): NumberedList | null {
  const isWho = new Set(doses.map(({ patientId }) => patientId)).size > 1;
  const words = QUESTION_WORDS[language];
  const groups = together(doses, labels).slice(-MOST_OPTIONS);
  const header = (isWho ? words.who : words.which)[answer];
  const person = (dose: TalkedDose) => (isWho ? `${labels.get(dose.patientId) ?? ''} ` : '');
  const short = (group: Group) =>
    person(group[0]) + clockTime(group[0]) + (group.length > 1 ? ` (${group.length})` : '');
  const long = ([first, ...more]: Group) =>
    `${person(first)}${words.parts[dayPart(first)]} ${clockTime(first)}${more.length > 0 ? ` (${more.length + 1})` : ''}`;
  if (new Set(groups.map(short)).size < groups.length) return null;
  for (let from = 0; from < groups.length; from++) {
    const listed = groups.slice(from);
    for (const label of [long, short]) {
      const lines = listed.map((group, i) => `${i + 1} ${label(group)}`);
      const all = listed.length > 1 ? [`${ALL} ${words.all}`] : [];
      const text = `${header} ${[...lines, ...all].join(', ')}`;
      if (text.length <= SEGMENT) return { text, options: optionsOf(listed) };
    }
  }
  return null;
}

type Group = [TalkedDose, ...TalkedDose[]];

/** By time, then by person; those of one patient at one time together. */
function together(doses: TalkedDose[], labels: ReadonlyMap<string, string>): Group[] {
  const who = (dose: TalkedDose) => labels.get(dose.patientId) ?? '';
  const sorted = doses.toSorted(
    (a, b) => a.dueAt.getTime() - b.dueAt.getTime() || who(a).localeCompare(who(b)) || (a.id < b.id ? -1 : 1),
  );
  return [...Map.groupBy(sorted, (dose) => `${dose.dueAt.getTime()} ${dose.patientId}`).values()] as Group[];
}

function optionsOf(listed: Group[]): QuestionOption[] {
  const ids = listed.map((group) => group.map(({ id }) => id));
  const each = ids.map((doseIds, i) => ({ n: i + 1, doseIds }));
  return listed.length > 1 ? [...each, { n: ALL, doseIds: ids.flat() }] : each;
}

/** A patient as a list may call them: by first name where the tenant wants that, else by as little of it as tells them apart. */
interface Called {
  patientId: string;
  name: string | null;
  byName: boolean;
}

const MOST_NAME = 12;
const MOST_INITIALS = 3;

/** What each patient is called on a shared phone, in GSM-7; '' where nothing of the name can be written. */
export function personLabels(people: Called[]): Map<string, string> {
  const names = people.map(({ name }) => firstName(name ?? ''));
  const initials = (length: number) => names.map((name) => (name === '' ? '' : `${name.slice(0, length)}.`));
  const distinct = (labels: string[]) => new Set(labels).size === labels.length;
  let short = initials(1);
  for (let length = 2; length <= MOST_INITIALS && !distinct(short); length++) short = initials(length);
  return new Map(
    people.map(({ patientId, byName }, i) => [patientId, (byName ? names[i]?.slice(0, MOST_NAME) : short[i]) ?? '']),
  );
}

function firstName(name: string): string {
  const plain = name.normalize('NFD').replace(/[^A-Za-z ]/g, '');
  return plain.trim().split(/ +/)[0] ?? '';
}
