import type { Answer } from '../../domain/dose.ts';
import type { TalkedDose } from '../../store/inbound.ts';
import type { Question } from '../../store/questions.ts';
import type { Intent, Understanding } from '../understand/understand.ts';

/** A message as it was understood, with what came beside its words. */
export interface Said {
  heard: Understanding;
  /** It says nothing but numbers of a list, all of them, or a time of day. */
  isBareChoice: boolean;
  /** All of them, and they are two. */
  isBoth: boolean;
  /** The dose of a pressed button; `bad`: its token is forged or has expired. */
  button: { doseId: string; answer: Answer | null } | 'bad' | null;
  /** It only greets or thanks. */
  isPolite: boolean;
  /** It quotes a message of ours: a reminder, or anything else. */
  isQuoting: boolean;
}

/** What was said and asked before, for one number on one channel. */
export interface Situation {
  now: Date;
  /** Doses that were reminded of at this number and may be answered, whatever their state, newest first. */
  talked: TalkedDose[];
  /** A dose due before this can be answered by its button only. */
  lateFrom: Date;
  question: Question | null;
}

const ANSWER_OF: Partial<Record<Intent, Answer>> = { taken: 'taken', not_taken: 'skipped', later: 'snoozed' };

/**
 * What the message surely says of a dose; null: nothing, or two things. Beside a problem only "not taken" counts: whether
 * something taken stayed taken is for a person to find out.
 */
export function answerOf({ heard, button }: Said): Answer | null {
  if (button !== null && button !== 'bad' && button.answer !== null) return button.answer;
  const { intent, also } = heard;
  if (heard.confidence !== 'sure' || also.includes('taken')) return null;
  if (intent === 'taken') return also.some((other) => other in ANSWER_OF) ? null : 'taken';
  if (intent === 'urgent' || intent === 'problem') return also.includes('not_taken') ? 'skipped' : null;
  return ANSWER_OF[intent] ?? null;
}

/** Whether it says this, first or beside something else. */
export function says({ heard }: Said, intent: Intent): boolean {
  return heard.intent === intent || heard.also.includes(intent);
}

const set = (...lines: string[]) => new Set(lines.join(' ').split(' '));

const BOTH = set('ambas ambos both');
/** Words that may stand beside the number or the time of a choice, or for all of them. */
const CHOICE = set(
  'y e and la el las los the o os a as numero number opcion option opcao n de del da das at por en',
  'todas todos todo toda all favor gracias please thanks obrigado obrigada',
  'manana mediodia tarde noche morning noon midday afternoon evening night manha meio dia noite am pm h hs horas',
);
const POLITE = set(
  'muchas muchisimas mil gracias hola buenos buenas dias tardes noches saludos bendiciones dios le bendiga que tenga buen dia ok okay',
  'thanks thank you so much hello hi good morning afternoon evening night bye many a lot',
  'obrigado obrigada muito oi ola bom boa tarde noite valeu tchau adios chau doctor doctora senorita',
);
/** One of these must be there: "que tenga" alone is no greeting. */
const GREETING = set(
  'gracias hola buenos buenas saludos ok okay thanks thank hello hi good bye obrigado obrigada oi ola bom boa valeu tchau adios chau bendiciones',
);

/** What a text is made of: nothing but a choice ("2", "1 y 2", "la 2", "todas", "la de la noche"), or a greeting or thanks. */
export function makeUp(text: string): Pick<Said, 'isBareChoice' | 'isBoth' | 'isPolite'> {
  const words: string[] =
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .match(/\p{L}+|\p{N}+|[?]/gu) ?? [];
  const all = (test: (word: string) => boolean) => words.length > 0 && words.every(test);
  return {
    isBareChoice: all((word) => /^\d+$/.test(word) || CHOICE.has(word) || BOTH.has(word)),
    isBoth: words.some((word) => BOTH.has(word)),
    isPolite: all((word) => POLITE.has(word)) && words.some((word) => GREETING.has(word)),
  };
}
