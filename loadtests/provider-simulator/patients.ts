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
      const deliver = this.#road(answer, message, extras);
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

  /** How this answer travels, or null when the message offers no such road (an SMS without a link, say). */
  #road(answer: ScriptedAnswer, message: OutboxMessage, extras: MessageExtras): (() => Promise<number>) | null {
    switch (answer.via) {
      case 'push_action':
      case 'webpush_action':
        return () => this.#pushAction(answer, extras.actionToken as string);
      case 'whatsapp_button': {
        const { press } = extras;
        return press === undefined ? null : () => press(answer.action);
      }
      case 'whatsapp_reply':
      case 'sms_reply': {
        const text = answer.text ?? REPLY_TEXT[answer.action];
        const { reply } = extras;
        return reply === undefined ? null : () => reply(text);
      }
      case 'voice_key': {
        const key = answer.text ?? REPLY_TEXT[answer.action];
        const { press } = extras;
        return press === undefined ? null : () => press(key);
      }
      case 'link': {
        const link = findLink(message.text, this.#options.publicUrl());
        return link === null ? null : () => this.#followLink(answer, link);
      }
    }
  }

  async #pushAction(answer: ScriptedAnswer, token: string): Promise<number> {
    const publicUrl = this.#options.publicUrl();
    if (publicUrl === null) return 0;
    const takenAt = answer.action === 'taken' ? { takenAt: new Date().toISOString() } : {};
    const text = JSON.stringify({ token, action: answer.action, ...takenAt });
    const { status } = await this.#options.caller.post(`${publicUrl}/v1/confirmations`, {
      contentType: 'application/json',
      text,
    });
    return status;
  }

  /** GET shows the page, POST confirms. A page that is not a 200 HTML page is a failure of its own. */
  async #followLink(answer: ScriptedAnswer, link: string): Promise<number> {
    const page = await this.#options.caller.get(link);
    if (page.status !== 200) return page.status;
    if (!page.contentType.startsWith('text/html')) return 0;
    const form = { contentType: 'application/x-www-form-urlencoded', text: `action=${answer.action}` };
    return (await this.#options.caller.post(link, form)).status;
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
