import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './caller.ts';
import { copiesOf, delayOf, faultOf, type Verdict } from './faults.ts';
import type { OutboxMessage } from './outbox.ts';
import type { TwilioIdentity } from './twilio-account.ts';
import { rfc2822 } from './twilio-messages.ts';
import { postSigned } from './twilio-webhook.ts';
import { parseTwiml, type Verb } from './twiml.ts';

/** One call as Twilio keeps it. Times are epoch milliseconds. */
export interface PhoneCall {
  sid: string;
  to: string;
  from: string;
  url: string;
  statusCallback: string | null;
  statusEvents: string[];
  detectsMachines: boolean;
  status: 'queued' | 'ringing' | 'in-progress' | 'completed' | 'busy' | 'no-answer' | 'failed';
  answeredBy: 'human' | 'machine_start' | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** From when a list shows it. */
  shownAt: number;
  /** From when its requests can be read. */
  eventsAt: number;
  /** The requests of the call: its making, and what was asked of and told to the service. */
  events: { request: { method: string; url: string; parameters: Record<string, string> } }[];
}

/** A call on its way: what is heard of it, how many keys its patient will press, and those pressed and not yet heard. */
interface Line {
  call: PhoneCall;
  heard: OutboxMessage;
  toCome: number;
  pressed: { key: string; done: (status: number) => void }[];
  wake: () => void;
  verdict: Verdict;
}

const STEP_MS = 5;
const KEPT = 10_000;
/** A patient who means to press a key is waited for, within the longest a call may last. */
const LONGEST_MS = 120_000;
/** A document that leads nowhere else. */
const MOST_DOCUMENTS = 10;

/** Twilio's voice: calls are made, picked up (or not), told what the service says, and every step is told by callback. */
export class TwilioCalls {
  readonly #identity: TwilioIdentity;
  readonly #caller: Caller;
  readonly #calls = new Map<string, PhoneCall>();
  #lines = new Map<string, Line>();

  constructor(identity: TwilioIdentity, caller: Caller) {
    this.#identity = identity;
    this.#caller = caller;
  }

  add(call: PhoneCall): void {
    this.#calls.set(call.sid, call);
    if (this.#calls.size > KEPT) this.#calls.delete(this.#calls.keys().next().value as string);
  }

  get(sid: string): PhoneCall | undefined {
    return this.#calls.get(sid);
  }

  /** Newest first. */
  find({ to, from }: { to?: string | undefined; from?: string | undefined }): PhoneCall[] {
    const now = Date.now();
    return [...this.#calls.values()]
      .reverse()
      .filter((call) => call.shownAt <= now && (!to || call.to === to) && (!from || call.from === from));
  }

  /** Puts a call through: `keys` is how many its patient will press. */
  dial(call: PhoneCall, heard: OutboxMessage, { keys, verdict }: { keys: number; verdict: Verdict }): void {
    if (faultOf(verdict, 'never_delivered')) return;
    const line: Line = { call, heard, toCome: keys, pressed: [], wake: () => {}, verdict };
    this.#lines.set(call.sid, line);
    void this.#play(line);
  }

  /** The patient presses a key; resolves to the status of the service's answer, 0 when the call is over before. */
  press(sid: string, key: string): Promise<number> {
    const line = this.#lines.get(sid);
    if (line === undefined) return Promise.resolve(0);
    line.toCome -= 1;
    return new Promise((done) => {
      line.pressed.push({ key, done });
      line.wake();
    });
  }

  clear(): void {
    for (const line of this.#lines.values()) line.wake();
    this.#lines = new Map();
    this.#calls.clear();
  }

  async #play(line: Line): Promise<void> {
    const { call, verdict } = line;
    await sleep(STEP_MS, undefined, { ref: false });
    call.status = 'ringing';
    await this.#tell(line, 'initiated', 'ringing');
    const unanswered = (['no_answer', 'busy'] as const).find((kind) => faultOf(verdict, kind));
    await sleep(STEP_MS + delayOf(verdict, 'delayed_callbacks'), undefined, { ref: false });
    if (unanswered !== undefined) call.status = unanswered === 'busy' ? 'busy' : 'no-answer';
    else await this.#pickUp(line);
    call.endedAt = Date.now();
    this.#lines.delete(call.sid);
    for (const { done } of line.pressed.splice(0)) done(0);
    await this.#tell(line, 'completed', call.status);
  }

  async #pickUp(line: Line): Promise<void> {
    const { call } = line;
    call.status = 'in-progress';
    call.startedAt = Date.now();
    if (call.detectsMachines) call.answeredBy = faultOf(line.verdict, 'machine') ? 'machine_start' : 'human';
    line.heard.text = '';
    let next: { url: string; more: Record<string, string>; done?: (status: number) => void } | null = {
      url: call.url,
      more: {},
    };
    for (let n = 0; next !== null && n < MOST_DOCUMENTS; n++) {
      const { status, text } = await this.#ask(call, next.url, 'in-progress', next.more);
      const document = status === 200 ? parseTwiml(text) : null;
      if (document === null) hear(line, 'We are sorry, an application error has occurred. Goodbye.');
      next.done?.(status);
      next = await this.#follow(line, document ?? []);
    }
    call.status = 'completed';
  }

  /** Plays a document to its end; resolves to what is to be asked for next, null when the call is over. */
  async #follow(line: Line, verbs: Verb[]) {
    for (const verb of verbs) {
      if (verb.do === 'hangup') return null;
      if (verb.do === 'redirect') return { url: verb.url, more: {} };
      if (verb.do === 'say') hear(line, verb.text);
      if (verb.do !== 'gather') continue;
      for (const said of verb.said) if (said.do === 'say') hear(line, said.text);
      const pressed = await this.#key(line);
      if (pressed === null) continue;
      hear(line, `[${pressed.key}]`);
      return { url: verb.action, more: { Digits: pressed.key, FinishedOnKey: '' }, done: pressed.done };
    }
    return null;
  }

  /** The next key; null when none will come. */
  async #key(line: Line): Promise<Line['pressed'][number] | null> {
    const until = Date.now() + LONGEST_MS;
    while (line.pressed.length === 0) {
      if (line.toCome <= 0 || Date.now() >= until || !this.#lines.has(line.call.sid)) return null;
      const woken = new Promise<void>((resolve) => {
        line.wake = resolve;
      });
      await Promise.race([woken, sleep(until - Date.now(), undefined, { ref: false })]);
    }
    return line.pressed.shift() ?? null;
  }

  async #tell({ call, verdict }: Line, event: 'initiated' | 'completed', status: string): Promise<void> {
    if (call.statusCallback === null || !call.statusEvents.includes(event) || !this.#calls.has(call.sid)) return;
    const ended = event === 'completed' ? { CallDuration: call.startedAt === null ? '0' : '1' } : {};
    const more = { CallbackSource: 'call-progress-events', ...ended };
    const copies = copiesOf(verdict);
    for (let copy = 0; copy < copies; copy++) await this.#ask(call, call.statusCallback, status, more);
  }

  async #ask(call: PhoneCall, url: string, status: string, more: Record<string, string>) {
    const parameters = {
      CallSid: call.sid,
      AccountSid: this.#identity.accountSid,
      ApiVersion: '2010-04-01',
      Direction: 'outbound-api',
      From: call.from,
      To: call.to,
      CallStatus: status,
      ...(call.answeredBy !== null && { AnsweredBy: call.answeredBy }),
      ...more,
    };
    call.events.push({ request: { method: 'POST', url, parameters } });
    return postSigned(this.#caller, this.#identity.authToken, { url, parameters });
  }
}

function hear({ heard }: Line, words: string): void {
  heard.text = heard.text === '' ? words : `${heard.text}\n${words}`;
}

/** The resource as Twilio's REST API shows it (Calls resource, 2010-04-01). */
export function callResource(accountSid: string, call: PhoneCall) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  return {
    account_sid: accountSid,
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.endedAt ?? call.startedAt ?? call.createdAt),
    direction: 'outbound-api',
    duration: call.endedAt === null ? null : '1',
    end_time: rfc2822(call.endedAt),
    from: call.from,
    sid: call.sid,
    start_time: rfc2822(call.startedAt),
    status: call.status,
    subresource_uris: { events: `${uri}/Events.json` },
    to: call.to,
    uri: `${uri}.json`,
  };
}
