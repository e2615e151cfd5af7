import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import { CONTACT_KIND } from '../../domain/attempt.ts';
import { timeOf } from '../../domain/ids.ts';
import { languageOf } from '../../domain/language.ts';
import type { Reply } from '../../domain/reply.ts';
import { type ContactNumber, type Person, peopleBehind, talkedDoses } from '../../store/inbound.ts';
import type { Sql } from '../../store/pool.ts';
import { type Line, openQuestion } from '../../store/questions.ts';
import { learnWords, ownWords } from '../../texts/own.ts';
import { readToken } from '../tokens.ts';
import { type Intent, understand } from '../understand/understand.ts';
import { makeUp, type Said, type Situation } from './meaning.ts';

/** One message in its conversation, within a transaction. */
export interface Talk {
  app: App;
  tx: Sql;
  now: Date;
  message: Reply;
  line: Line;
  number: ContactNumber;
  /** Whom the number stands for; nobody: a stranger. */
  people: Person[];
  said: Said;
  situation: Situation;
}

/** A message this long after the window still answers its dose (as late). */
const LATE_SECONDS = 24 * 3600;
/** Quoted reminders are looked for so far back, so that an old one is not taken for another message. */
const QUOTED_SECONDS = 7 * 24 * 3600;
const MOST_DOSES = 40;

/** Reads what a message takes to be understood. */
export async function readTalk(app: App, tx: Sql, message: Reply, now: Date): Promise<Talk> {
  const lookup = app.cipher.lookup(message.from);
  const number = { lookup, kind: CONTACT_KIND[message.channel] };
  const line = { sender: lookup, channel: message.channel };
  const people = await peopleBehind(tx, number);
  await learnWords(app, tenantsOf(people), tx);
  const button = buttonOf(app, message, now);
  const pressed = button === null || button === 'bad' ? null : button.doseId;
  const lateFrom = plusSeconds(now, -LATE_SECONDS);
  const from = [
    lateFrom,
    ...(message.quotes === undefined ? [] : [plusSeconds(now, -QUOTED_SECONDS)]),
    ...(pressed === null ? [] : [plusSeconds(timeOf(pressed), -1)]),
  ].reduce((a, b) => (a < b ? a : b));
  const said: Said = {
    heard: understand(message.body, { ...localeOf(people), ...additionsOf(app, people) }),
    ...makeUp(message.body),
    button,
    isQuoting: message.quotes !== undefined,
  };
  const talked = { people, from, quotes: message.quotes ?? null, first: pressed, limit: MOST_DOSES };
  const situation: Situation = {
    now,
    lateFrom,
    talked: people.length === 0 ? [] : await talkedDoses(tx, number, talked),
    question: await openQuestion(tx, line),
  };
  return { app, tx, now, message, line, number, people, said, situation };
}

function buttonOf({ config }: App, { token, answer, channel }: Reply, now: Date): Said['button'] {
  if (token === undefined) return null;
  if (channel !== 'whatsapp') return 'bad';
  const reading = readToken(config.tokenSecret, 'whatsapp', token, now);
  return reading.ok ? { doseId: reading.doseId, answer: answer ?? null } : 'bad';
}

/** The tenants whose patients these are. */
export function tenantsOf(people: Person[]): string[] {
  return [...new Set(people.map(({ tenantId }) => tenantId))];
}

function localeOf([person]: Person[]): { locale?: string } {
  return person === undefined ? {} : { locale: languageOf(person.locale) };
}

/** The tenant's own phrases; of several tenants' nobody knows whose they would be. */
function additionsOf(app: App, people: Person[]): { additions?: Partial<Record<Intent, string[]>> } {
  const [tenantId, ...others] = tenantsOf(people);
  const phrases = tenantId === undefined || others.length > 0 ? undefined : ownWords(app, tenantId).phrases;
  return phrases === undefined ? {} : { additions: phrases };
}
