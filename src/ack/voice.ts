import { DateTime } from 'luxon';
import type { App } from '../app.ts';
import { isReminder, type ReminderPurpose } from '../domain/attempt.ts';
import type { Answer, DoseState } from '../domain/dose.ts';
import { isId } from '../domain/ids.ts';
import { type Language, languageOf } from '../domain/language.ts';
import { type Call, readCall } from '../store/calls.ts';
import { fill } from '../texts/liquid.ts';
import { recordAck } from './record.ts';
import { spokenTime } from './spoken-time.ts';
import { VOICE_TEXTS, type VoiceText } from './voice-texts.ts';

/** What a call says next. With `ask` it waits for a key; without one it ends. */
export interface Speech {
  language: Language;
  text: string;
  ask: {
    /** How often the text is said while no key comes. */
    times: number;
    /** The only keys that count, where the next one is the last that is waited for. */
    keys: string | null;
    /** Said at the end when no key came. */
    otherwise: string;
  } | null;
}

/** What each key means. */
const ANSWERS: Record<string, Answer> = { 1: 'taken', 2: 'skipped', 3: 'snoozed' };

/** The calls that ask for a key, and which: a caregiver puts nothing off. */
const KEYS: Record<ReminderPurpose, string> = { reminder: '123', caregiver: '12' };

const ANSWERED: readonly DoseState[] = ['taken', 'skipped'];
const UNANSWERED: readonly DoseState[] = ['planned', 'open'];

/** What a person who picks up is told. A call that is not ours, or comes too late, says nothing of any dose. */
export async function answerCall(app: App, attemptId: string): Promise<Speech> {
  const call = isId(attemptId) ? await readCall(app.sql, attemptId) : null;
  if (!call || !isReminder(call.purpose)) return ending(app, call, 'over');
  if (ANSWERED.includes(call.state)) return ending(app, call, 'answered');
  if (!UNANSWERED.includes(call.state) || app.clock.now() >= call.windowEndsAt) return ending(app, call, 'over');
  return asking(app, call, { first: call.purpose, keys: KEYS[call.purpose] });
}

/** A key pressed in a call. `keys`: those that count, when the call has asked once more already. */
interface PressedKey {
  attemptId: string;
  callSid: string;
  digit: string;
  keys: string | null;
}

/** Records what a key says, and tells what was recorded. One that means nothing is asked for once more. */
export async function pressKey(app: App, { attemptId, callSid, digit, keys }: PressedKey): Promise<Speech> {
  const call = isId(attemptId) ? await readCall(app.sql, attemptId) : null;
  if (!call || !isReminder(call.purpose)) return ending(app, call, 'over');
  const known = KEYS[call.purpose];
  const answer = (keys ?? known).includes(digit) ? ANSWERS[digit] : undefined;
  if (answer === undefined) {
    if (keys !== null) return ending(app, call, 'goodbye');
    return asking(app, call, { first: 'again', keys: known, last: true });
  }
  const sourceId = `${callSid}-${digit}`;
  const result = await recordAck(app, { doseId: call.doseId, answer, road: 'voice_key', sourceId });
  if (result === null) return ending(app, call, 'over');
  const { effect, dose } = result;
  // A key that was told twice may have been corrected in between.
  if (effect !== 'refused')
    return ending(app, call, effect === 'repeated' && dose.state !== answer ? 'answered' : answer);
  const mayAnswer = answer === 'snoozed' && UNANSWERED.includes(dose.state);
  return mayAnswer ? asking(app, call, { first: 'noMore', keys: '12', last: true }) : ending(app, call, 'over');
}

function asking(
  app: App,
  call: Call,
  { first, keys, last = false }: { first: VoiceText; keys: string; last?: boolean },
) {
  const parts: VoiceText[] = [first, 'options', ...(keys.includes('3') ? (['later'] as const) : [])];
  const { language, text } = said(app, call, parts);
  const otherwise = VOICE_TEXTS[language].goodbye;
  return { language, text, ask: { times: last ? 1 : 2, keys: last ? keys : null, otherwise } };
}

function ending(app: App, call: Call | null, part: VoiceText): Speech {
  return { ...said(app, call, [part]), ask: null };
}

/** Texts in the patient's language and zone; a call of nobody's has texts without a time only. */
function said(app: App, call: Call | null, parts: VoiceText[]): Pick<Speech, 'language' | 'text'> {
  const language = languageOf(call?.locale ?? '');
  const minutes = String(Math.max(1, Math.round(app.config.schedule.snoozeSeconds / 60)));
  const text = parts.map((part) => VOICE_TEXTS[language][part]).join(' ');
  return { language, text: fill(text, { time: timeOf(call, language), minutes }) };
}

function timeOf(call: Call | null, language: Language): string {
  if (call === null) return '';
  const { hour, minute } = DateTime.fromJSDate(call.dueAt, { zone: call.zone });
  return spokenTime(language, hour, minute);
}
