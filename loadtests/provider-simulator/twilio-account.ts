import { randomUUID } from 'node:crypto';
import type { Caller } from './caller.ts';
import { copiesOf, delayOf, faultOf, type Verdict } from './faults.ts';
import { Timers } from './timers.ts';
import { MessageStore, type SmsMessage } from './twilio-messages.ts';
import { postSigned } from './twilio-webhook.ts';
import { numberOf, providerOfAddress } from './twilio-whatsapp.ts';
import type { Button } from './whatsapp-templates.ts';

/** Whose account the simulator plays: the service must use the same three values. */
export interface TwilioIdentity {
  accountSid: string;
  authToken: string;
  from: string;
}

interface TwilioAccountOptions extends TwilioIdentity {
  caller: Caller;
  publicUrl: () => string | null;
}

interface Step {
  status: SmsMessage['status'];
  errorCode: number | null;
}

/** What somebody writes, from one address to another (numbers, on WhatsApp with its prefix). */
export interface Written {
  from: string;
  to: string;
  text: string;
  /** The button that was pressed, of which message. */
  pressed?: { button: Button; message: SmsMessage };
  /** How many pictures go with it. */
  media?: number;
}

/** How the steps are told: how often each, and whether callbacks come with them that belong to no message of ours. */
interface Telling {
  copies: number;
  strays: boolean;
}

const ON_ITS_WAY: readonly string[] = ['queued', 'accepted', 'sent'];
const STEP_DELAY_MS = 5;
const DEFAULT_ERROR_CODE = 30003;
// Queue overflow and account suspension fail before the carrier sees the message, and so does what WhatsApp refuses; the rest
// come back from the carrier.
const failsBeforeSending = (code: number) => code <= 30002 || code >= 63000;
const SESSION_MS = 24 * 3_600_000;

// Twilio's default keywords: the whole message, in any case (twilio.com/docs, advanced opt-out).
const OPT_OUT = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT']);
const OPT_IN = new Set(['START', 'YES', 'UNSTOP']);

const EMPTY_GEOGRAPHY = {
  FromCountry: '',
  ToCountry: '',
  ToState: '',
  ToCity: '',
  ToZip: '',
  FromState: '',
  FromCity: '',
  FromZip: '',
};

/** A new Twilio sid: two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + randomUUID().replaceAll('-', '');
}

/** What happens behind Twilio's REST API: messages travel, callbacks are signed and posted, patients opt out. */
export class TwilioAccount {
  readonly identity: TwilioIdentity;
  readonly messages = new MessageStore();
  readonly #caller: Caller;
  readonly #publicUrl: () => string | null;
  readonly #optedOut = new Set<string>();
  readonly #wroteAt = new Map<string, number>();
  readonly #timers = new Timers();
  #tally = newTally();

  constructor({ caller, publicUrl, accountSid, authToken, from }: TwilioAccountOptions) {
    this.identity = { accountSid, authToken, from };
    this.#caller = caller;
    this.#publicUrl = publicUrl;
  }

  isOptedOut(patient: string, sender: string): boolean {
    return this.#optedOut.has(`${patient} ${sender}`);
  }

  /** Whether this person wrote to this sender within the last 24 hours, so that free text may be sent (WhatsApp). */
  inSession(patient: string, sender: string): boolean {
    return Date.now() - (this.#wroteAt.get(`${patient} ${sender}`) ?? 0) < SESSION_MS;
  }

  /**
   * Lets a message travel: a few milliseconds later it is sent, then delivered or not, each step told by callback. `refused`: the
   * code under which it is given up.
   */
  dispatch(message: SmsMessage, verdict: Verdict, refused: number | undefined): void {
    if (faultOf(verdict, 'never_delivered')) return;
    const undeliverable = faultOf(verdict, 'undeliverable');
    const errorCode = refused ?? (undeliverable && (undeliverable.errorCode ?? DEFAULT_ERROR_CODE));
    const steps = journey(errorCode, providerOfAddress(message.to) === 'twilio_whatsapp');
    const telling = {
      copies: copiesOf(verdict),
      strays: faultOf(verdict, 'stray_callbacks') !== undefined,
    };
    const delayMs = STEP_DELAY_MS + delayOf(verdict, 'delayed_callbacks');
    this.#advance(message, faultOf(verdict, 'reordered_callbacks') ? steps.toReversed() : steps, telling, delayMs);
  }

  /**
   * The patient writes to one of our numbers, or presses a message's button. Opt-out words take effect and are forwarded, as
   * Twilio does.
   */
  async inbound({ from, to, text, pressed, media = 0 }: Written): Promise<number> {
    this.#wroteAt.set(`${from} ${to}`, Date.now());
    const keyword = text.trim().toUpperCase();
    if (OPT_OUT.has(keyword)) this.#optedOut.add(`${from} ${to}`);
    if (OPT_IN.has(keyword)) this.#optedOut.delete(`${from} ${to}`);
    const publicUrl = this.#publicUrl();
    if (publicUrl === null) return 0;
    const sid = newSid('SM');
    return this.#post(`${publicUrl}/webhooks/twilio/messages`, {
      ...(providerOfAddress(from) === 'twilio' ? EMPTY_GEOGRAPHY : whatsappParameters(from, pressed)),
      MessageSid: sid,
      SmsSid: sid,
      SmsMessageSid: sid,
      SmsStatus: 'received',
      AccountSid: this.identity.accountSid,
      ApiVersion: '2010-04-01',
      From: from,
      To: to,
      Body: text,
      ...mediaParameters(media),
      NumSegments: '1',
    });
  }

  /** Status callbacks: `posted` were answered 2xx, `failed` were not, `pending` are still on their way. */
  callbackSummary() {
    return { ...this.#tally };
  }

  clear(): void {
    this.#timers.clear();
    this.messages.clear();
    this.#optedOut.clear();
    this.#wroteAt.clear();
    this.#tally = newTally();
  }

  #advance(message: SmsMessage, steps: readonly Step[], telling: Telling, delayMs = STEP_DELAY_MS): void {
    const [step, ...later] = steps;
    if (step === undefined) return;
    const tally = this.#tally;
    tally.pending += 1;
    this.#timers.later(delayMs, async () => {
      applyStep(message, step, this.identity.from);
      for (let copy = 0; copy < telling.copies; copy += 1) await this.#tell(message, step, tally);
      if (telling.strays) await this.#tellStrays(message, tally);
      tally.pending -= 1;
      if (tally === this.#tally) this.#advance(message, later, telling);
    });
  }

  /** What is no word about this message: another SID at its URL, and its SID at the URL of an attempt that never was. */
  async #tellStrays(message: SmsMessage, tally: ReturnType<typeof newTally>): Promise<void> {
    if (message.statusCallback === null) return;
    const nowhere = new URL(message.statusCallback);
    nowhere.searchParams.set('attempt', randomUUID());
    const lost: Step = { status: 'undelivered', errorCode: DEFAULT_ERROR_CODE };
    await this.#tell({ ...message, sid: newSid('SM') }, lost, tally);
    await this.#tell({ ...message, statusCallback: nowhere.href }, lost, tally);
  }

  async #tell(message: SmsMessage, step: Step, tally: ReturnType<typeof newTally>): Promise<void> {
    if (message.statusCallback === null) return;
    const status = await this.#post(message.statusCallback, this.#callbackParameters(message, step));
    tally[status >= 200 && status < 300 ? 'posted' : 'failed'] += 1;
  }

  #callbackParameters(message: SmsMessage, { status, errorCode }: Step): Record<string, string> {
    return {
      MessageSid: message.sid,
      SmsSid: message.sid,
      MessageStatus: status,
      SmsStatus: status,
      To: message.to,
      From: message.from ?? this.identity.from,
      AccountSid: this.identity.accountSid,
      ApiVersion: '2010-04-01',
      ...(message.messagingServiceSid !== null && { MessagingServiceSid: message.messagingServiceSid }),
      ...(errorCode !== null && { ErrorCode: String(errorCode) }),
      ...(status === 'read' && { EventType: 'READ' }),
      ...(status === 'delivered' && { RawDlrDoneDate: dlrDate(message.updatedAt) }),
    };
  }

  async #post(url: string, parameters: Record<string, string>): Promise<number> {
    const { status } = await postSigned(this.#caller, this.identity.authToken, { url, parameters });
    return status;
  }
}

function newTally() {
  return { posted: 0, failed: 0, pending: 0 };
}

function journey(errorCode: number | undefined, isRead: boolean): Step[] {
  const step = (status: Step['status']): Step => ({ status, errorCode: null });
  const sent = step('sent');
  if (errorCode === undefined) return [sent, step('delivered'), ...(isRead ? [step('read')] : [])];
  if (failsBeforeSending(errorCode)) return [{ status: 'failed', errorCode }];
  return [sent, { status: 'undelivered', errorCode }];
}

/** What Twilio adds to a message from WhatsApp, and to a pressed quick-reply button. */
function whatsappParameters(from: string, pressed: Written['pressed']): Record<string, string> {
  const sender = { ProfileName: 'Patient', WaId: numberOf(from).slice(1), ChannelMetadata: '{"type":"whatsapp"}' };
  if (pressed === undefined) return { ...sender, MessageType: 'text' };
  const { button, message } = pressed;
  return {
    ...sender,
    MessageType: 'button',
    ButtonText: button.title,
    ButtonPayload: button.id,
    OriginalRepliedMessageSid: message.sid,
    OriginalRepliedMessageSender: message.from ?? '',
  };
}

function mediaParameters(media: number): Record<string, string> {
  const of = (i: number) => [`MediaUrl${i}`, `https://media.example/${randomUUID()}`];
  const urls = Object.fromEntries(Array.from({ length: media }, (_, i) => of(i)));
  const types = Object.fromEntries(Array.from({ length: media }, (_, i) => [`MediaContentType${i}`, 'image/jpeg']));
  return { NumMedia: String(media), ...urls, ...types };
}

/** Callbacks may be told out of order, but the message itself only moves forward. */
function applyStep(message: SmsMessage, step: Step, from: string): void {
  const before = step.status === 'read' ? [...ON_ITS_WAY, 'delivered'] : ON_ITS_WAY;
  if (!before.includes(message.status)) return;
  message.status = step.status;
  message.errorCode = step.errorCode;
  message.updatedAt = Date.now();
  message.from ??= from;
  if (step.status !== 'failed') message.sentAt ??= message.updatedAt;
}

/** The carrier's receipt date, YYMMDDhhmm in UTC. */
function dlrDate(at: number): string {
  return new Date(at).toISOString().slice(2, 16).replace(/\D/g, '');
}
