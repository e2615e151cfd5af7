import type { AttemptPurpose, ChannelName, Outcome } from '#src/domain/attempt.ts';
import type { Language } from '#src/domain/language.ts';
import type { Reply } from '#src/domain/reply.ts';

/** One rendered message, ready to leave. Adapters see no database row and keep nothing. */
export interface OutboundMessage {
  attemptId: string;
  /** Groups repeats of one dose on a device (Android tag, apns-collapse-id ≤ 64 bytes). */
  doseId: string;
  purpose: AttemptPurpose;
  to: string;
  subject: string;
  text: string;
  language: Language;
  /** The dose's local time, HH:mm: what a template that the provider keeps is filled with. */
  time: string;
  /** Whether this person wrote to us within the last 24 hours (WhatsApp: free text may be sent). */
  inSession: boolean;
  /** The page behind the link, and the signed token a push action answers with; absent for escalations. */
  link?: string;
  token?: string;
  /** E-mail: where its reader stops such mails (RFC 8058); absent for escalations. */
  unsubscribe?: string;
  /** After this instant the message is worthless: providers drop it (ValidityPeriod, TTL). */
  expiresAt: Date;
  /** When this attempt first went out, for look-ups at the provider. */
  createdAt: Date;
}

/**
 * One provider behind one channel. `send` never throws and answers one outcome per message, in order: it bounds its own
 * time (a timeout is `unknown`), retries nothing itself, and maps every provider answer to the closed list. `mayStart` is
 * asked right before each message: one that may not is `NOT_STARTED`. `answered` is called as each outcome is known, when the
 * others may still be on the wire.
 */
export interface Channel {
  readonly name: ChannelName;
  readonly provider: string;
  /** The project, number or address messages leave from. */
  readonly sender: string;
  /** This sender's share of its channel's messages while all of the channel's senders are well. */
  readonly weight: number;
  /** How many units a second the provider lets this sender pass. */
  readonly perSecond: number;
  /** How many messages it has on the wire at once: as many streams, connections or unanswered requests. */
  readonly width: number;
  /** What one message counts for in `perSecond`: 1, or the segments of an SMS. */
  units(message: OutboundMessage): number;
  /** Whether sending the same attempt again shows the person one message (collapse tag, Message-ID). */
  readonly idempotent: boolean;
  /** Whether the provider reports delivery by callback. */
  readonly receipts: boolean;
  send(batch: OutboundMessage[], mayStart?: () => boolean, answered?: () => void): Promise<Outcome[]>;
  /** Asks the provider whether an `unknown` message exists; `null` when it is proven absent. */
  lookup?(message: OutboundMessage): Promise<Outcome | null>;
  /**
   * Where a provider speaks on the connection we opened: opens it at once and hands over what arrives, for as long as the
   * channel is open. What a handler rejects, the provider is asked to tell again.
   */
  receive?(inbox: Inbox): void;
  close(): Promise<void>;
}

/** Names a sender of a provider in rows, in Redis and in rate limits. */
export function accountOf({ provider, sender }: Pick<Channel, 'provider' | 'sender'>): string {
  return `${provider}:${sender}`;
}

/** The provider of an account; `none` where nobody was asked to send. */
export function providerOf(account: string | null): string {
  return account?.split(':', 1)[0] ?? 'none';
}

/** What a provider's callback says about one attempt. */
export interface Receipt {
  attemptId: string;
  state: 'accepted' | 'delivered' | 'failed';
  ref: string;
  code?: string;
  /** The person wants nothing from us at this number. */
  optedOut?: boolean;
  /** Nothing will arrive at this contact point any more, by this channel. */
  blocked?: boolean;
}

/** A receipt that names the provider's message; the attempt too, when this process knows it. */
export type RefReceipt = Omit<Receipt, 'attemptId'> & Partial<Pick<Receipt, 'attemptId'>>;

/** Who takes what arrives on a channel's own connection. */
export interface Inbox {
  receipts(receipts: RefReceipt[]): Promise<void>;
  /** A message somebody wrote to our number; resolves to the answer, if there is one. */
  reply(message: Pick<Reply, 'sid' | 'from' | 'body'>): Promise<string | null>;
}
