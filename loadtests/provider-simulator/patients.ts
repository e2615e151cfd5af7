import type { Caller } from './caller.ts';
import type { OutboxMessage } from './outbox.ts';
import { Timers } from './timers.ts';
import { CHANNELS, type Channel, contactKey } from './types.ts';

/** One thing a patient does on receiving a message: on the nth message of that channel, or on each when `nth` is absent. */
export interface ScriptedAnswer {
  on: Channel;
  via: 'push_action' | 'webpush_action' | 'sms_reply' | 'whatsapp_button' | 'whatsapp_reply' | 'voice_key' | 'link';
  delayMs: number;
  action: 'taken' | 'skipped' | 'snoozed';
  text?: string;
  nth?: number;
}

export interface ScriptedPatient {
  contacts: Partial<Record<Channel, string>>;
  answers: ScriptedAnswer[];
}

interface Patient {
  answers: readonly ScriptedAnswer[];
  received: Record<Channel, number>;
}

/** What an answer needs of the message besides its text. */
interface MessageExtras {
  /** Writes back, if that provider has a way; resolves to the HTTP status, 0 when nobody took it. */
  reply?: ((text: string) => Promise<number>) | undefined;
  /** Presses a key of a phone that was called, or a message's button for an answer; resolves as `reply` does. */
  press?: ((key: string) => Promise<number>) | undefined;
  actionToken?: string | undefined;
}

interface PatientsOptions {
  caller: Caller;
  publicUrl: () => string | null;
}

/** Whoever gets no answer, or hears that the service is not well, tries again after these. */
const AGAIN_MS = [300, 700, 1500, 2000];

const REPLY_TEXT = { taken: '1', skipped: '2', snoozed: '3' } as const;

const NOTIFICATIONS: ReadonlySet<Channel> = new Set(['push', 'webpush']);

/** The channel on which each way of answering makes sense. */
export const VIA_CHANNELS: Readonly<Record<ScriptedAnswer['via'], readonly Channel[]>> = {
  push_action: ['push'],
  webpush_action: ['webpush'],
  sms_reply: ['sms'],
  whatsapp_button: ['whatsapp'],
  whatsapp_reply: ['whatsapp'],
  voice_key: ['voice'],
  link: ['sms', 'whatsapp', 'email'],
};

/** What an answer is given to: the message that arrived, and where the service is. */
type Occasion = MessageExtras & PatientsOptions & { text: string };

/** How an answer travels: resolves to the HTTP status, 0 when nobody took it. Null: the message offers no such road. */
type Road = (answer: ScriptedAnswer, occasion: Occasion) => (() => Promise<number>) | null;

const written = ({ text, action }: ScriptedAnswer) => text ?? REPLY_TEXT[action];
const pushAction: Road = (answer, occasion) => () => confirm(answer, occasion);
const writeBack: Road = (answer, { reply }) => (reply === undefined ? null : () => reply(written(answer)));

const ROADS: Record<ScriptedAnswer['via'], Road> = {
  push_action: pushAction,
  webpush_action: pushAction,
  sms_reply: writeBack,
  whatsapp_reply: writeBack,
  whatsapp_button: ({ action }, { press }) => (press === undefined ? null : () => press(action)),
  voice_key: (answer, { press }) => (press === undefined ? null : () => press(written(answer))),
  link: ({ action }, { text, caller, publicUrl }) => {
    const link = findLink(text, publicUrl());
    return link === null ? null : () => followLink(caller, link, action);
  },
};

async function confirm(
  { action }: ScriptedAnswer,
  { actionToken: token, caller, publicUrl }: Occasion,
): Promise<number> {
  const base = publicUrl();
  if (base === null) return 0;
  const takenAt = action === 'taken' ? { takenAt: new Date().toISOString() } : {};
  const text = JSON.stringify({ token, action, ...takenAt });
  return (await caller.post(`${base}/v1/confirmations`, { contentType: 'application/json', text })).status;
}

/** GET shows the page, POST confirms. A page that is not a 200 HTML page is a failure of its own. */
async function followLink(caller: Caller, link: string, action: ScriptedAnswer['action']): Promise<number> {
  const page = await caller.get(link);
  if (page.status !== 200) return page.status;
  if (!page.contentType.startsWith('text/html')) return 0;
  const form = { contentType: 'application/x-www-form-urlencoded', text: `action=${action}` };
  return (await caller.post(link, form)).status;
}

/** Simulated patients: they answer what they receive as their script says, through the service's public doors. */
export class Patients {
  readonly #options: PatientsOptions;
  readonly #byContact = new Map<string, Patient>();
  readonly #timers = new Timers();
  #tally = newTally();

  constructor(options: PatientsOptions) {
    this.#options = options;
  }

  /** Adds patients. A contact answers for the last patient that named it. */
  script(patients: readonly ScriptedPatient[]): void {
    for (const { contacts, answers } of patients) {
      const patient: Patient = { answers, received: nothing() };
      for (const [channel, to] of Object.entries(contacts)) {
        this.#byContact.set(contactKey(channel as Channel, to), patient);
      }
    }
    this.#tally.scripted += patients.length;
  }

  /**
   * A message reached a contact; returns how many answers it will get. A notification without an action token (of a case,
   * say) is nothing to answer.
   */
  received(message: OutboxMessage, extras: MessageExtras): number {
    if (this.#byContact.size === 0) return 0;
    const patient = this.#byContact.get(contactKey(message.channel, message.to));
    if (patient === undefined || (NOTIFICATIONS.has(message.channel) && extras.actionToken === undefined)) return 0;
    patient.received[message.channel] += 1;
    const count = patient.received[message.channel];
    let answers = 0;
    for (const answer of patient.answers) {
      if (answer.on !== message.channel || (answer.nth !== undefined && answer.nth !== count)) continue;
      const deliver = ROADS[answer.via](answer, { ...extras, ...this.#options, text: message.text });
      if (deliver === null) continue;
      answers += 1;
      this.#timers.later(answer.delayMs, () => void this.#answer(answer, message, deliver));
    }
    return answers;
  }

  /** `failures` counts failed answers by HTTP status; "0" means that the service did not answer or has no address yet. */
  summary() {
    const { failures, ...counts } = this.#tally;
    return { ...counts, pending: counts.pending + this.#timers.size, failures: Object.fromEntries(failures) };
  }

  clear(): void {
    this.#timers.clear();
    this.#byContact.clear();
    this.#tally = newTally();
  }

  async #answer(answer: ScriptedAnswer, message: OutboxMessage, deliver: () => Promise<number>): Promise<void> {
    const tally = this.#tally;
    tally.pending += 1;
    let status = await deliver();
    for (const wait of AGAIN_MS) {
      if (status !== 0 && status < 500) break;
      await this.#timers.wait(wait);
      status = await deliver();
    }
    tally.pending -= 1;
    tally.answersSent += 1;
    if (status >= 200 && status < 400) {
      tally.answersOk += 1;
      message.answered = answer.action;
    } else {
      tally.answersFailed += 1;
      tally.failures.set(String(status), (tally.failures.get(String(status)) ?? 0) + 1);
    }
  }
}

function nothing(): Record<Channel, number> {
  return Object.fromEntries(CHANNELS.map((channel) => [channel, 0])) as Record<Channel, number>;
}

function newTally() {
  return {
    scripted: 0,
    answersSent: 0,
    answersOk: 0,
    answersFailed: 0,
    pending: 0,
    failures: new Map<string, number>(),
  };
}

/** The first confirmation link of the service in a text; punctuation that ends the sentence is not part of it. */
function findLink(text: string, publicUrl: string | null): string | null {
  const prefix = publicUrl === null ? -1 : text.indexOf(`${publicUrl}/c/`);
  if (prefix === -1) return null;
  return (/^\S+?(?=[.,;:!?)>\]"']*(\s|$))/.exec(text.slice(prefix)) ?? [null])[0];
}
