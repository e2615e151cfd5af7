import type { Button } from './whatsapp-templates.ts';

/** One message, an SMS or one on WhatsApp, as Twilio keeps it. Times are epoch milliseconds. */
export interface SmsMessage {
  sid: string;
  to: string;
  from: string | null;
  messagingServiceSid: string | null;
  body: string;
  /** The template it is, and its buttons (WhatsApp). */
  contentSid: string | null;
  buttons: Button[];
  segments: number;
  status: 'queued' | 'accepted' | 'sent' | 'delivered' | 'read' | 'undelivered' | 'failed';
  errorCode: number | null;
  statusCallback: string | null;
  createdAt: number;
  updatedAt: number;
  sentAt: number | null;
  /** From when a list shows it. */
  shownAt: number;
}

/** The list filters of the Messages resource, as given in the query. */
export interface MessageFilter {
  to?: string | undefined;
  from?: string | undefined;
  sentOn?: string | undefined;
  sentBefore?: string | undefined;
  sentAfter?: string | undefined;
}

const KEPT = 100_000;
const DAY_MS = 86_400_000;

/** The newest messages, found by sid and by recipient without a scan; the oldest are forgotten beyond `kept`. */
export class MessageStore {
  readonly #kept: number;
  readonly #bySid = new Map<string, SmsMessage>();
  readonly #byTo = new Map<string, Set<SmsMessage>>();
  /** The message added last. */
  newest: SmsMessage | undefined;

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  add(message: SmsMessage): void {
    this.newest = message;
    this.#bySid.set(message.sid, message);
    const sameTo = this.#byTo.get(message.to);
    if (sameTo === undefined) this.#byTo.set(message.to, new Set([message]));
    else sameTo.add(message);
    if (this.#bySid.size > this.#kept) this.#forgetOldest();
  }

  get(sid: string): SmsMessage | undefined {
    return this.#bySid.get(sid);
  }

  /** Newest first. */
  find(filter: MessageFilter): SmsMessage[] {
    const candidates = filter.to === undefined ? this.#bySid.values() : (this.#byTo.get(filter.to) ?? []);
    const now = Date.now();
    return [...candidates].reverse().filter((message) => message.shownAt <= now && matches(message, filter));
  }

  clear(): void {
    this.#bySid.clear();
    this.#byTo.clear();
    this.newest = undefined;
  }

  #forgetOldest(): void {
    const [oldest] = this.#bySid.values();
    if (oldest === undefined) return;
    this.#bySid.delete(oldest.sid);
    const sameTo = this.#byTo.get(oldest.to);
    sameTo?.delete(oldest);
    if (sameTo?.size === 0) this.#byTo.delete(oldest.to);
  }
}

/** `DateSent=` names a UTC day; `DateSent<=` and `DateSent>=` an instant, or a whole day when no time is given. */
function matches(message: SmsMessage, { from, sentOn, sentBefore, sentAfter }: MessageFilter): boolean {
  if (from !== undefined && message.from !== from) return false;
  if (sentOn === undefined && sentBefore === undefined && sentAfter === undefined) return true;
  const { sentAt } = message;
  if (sentAt === null) return false;
  if (sentOn !== undefined && new Date(sentAt).toISOString().slice(0, 10) !== sentOn.slice(0, 10)) return false;
  if (sentBefore !== undefined && sentAt > endOf(sentBefore)) return false;
  return sentAfter === undefined || sentAt >= Date.parse(sentAfter);
}

function endOf(date: string): number {
  return Date.parse(date) + (date.length === 10 ? DAY_MS : 1_000) - 1;
}

/** The resource as Twilio's REST API shows it (Messages resource, 2010-04-01). */
export function messageResource(accountSid: string, message: SmsMessage) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: message.body,
    date_created: rfc2822(message.createdAt),
    date_sent: rfc2822(message.sentAt),
    date_updated: rfc2822(message.updatedAt),
    direction: 'outbound-api',
    error_code: message.errorCode,
    error_message: null,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid,
    num_media: '0',
    num_segments: String(message.segments),
    price: null,
    price_unit: 'USD',
    sid: message.sid,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

/** An instant as Twilio's resources show it. */
export function rfc2822(at: number | null): string | null {
  return at === null ? null : new Date(at).toUTCString().replace('GMT', '+0000');
}
