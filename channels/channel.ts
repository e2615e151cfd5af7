import type { AttemptPurpose, ChannelName, Outcome } from '#src/domain/attempt.ts';

/** One rendered message, ready to leave. Adapters see no database row and keep nothing. */
export interface OutboundMessage {
  attemptId: string;
  /** Groups repeats of one dose on a device (Android tag, apns-collapse-id ≤ 64 bytes). */
  doseId: string;
  purpose: AttemptPurpose;
  to: string;
  subject: string;
  text: string;
  /** The page behind the link, and the signed token a push action answers with; absent for escalations. */
  link?: string;
  token?: string;
  /** After this instant the message is worthless: providers drop it (ValidityPeriod, TTL). */
  expiresAt: Date;
  /** When this attempt first went out, for look-ups at the provider. */
  createdAt: Date;
}

/**
 * One provider behind one channel. `send` never throws and answers one outcome per message, in order: it bounds its own
 * time (a timeout is `unknown`), retries nothing itself, and maps every provider answer to the closed list.
 */
export interface Channel {
  readonly name: ChannelName;
  readonly provider: string;
  /** The account or number messages leave from: chunks and rate limits are per sender. */
  readonly sender: string;
  /** Whether sending the same attempt again shows the person one message (collapse tag, Message-ID). */
  readonly idempotent: boolean;
  /** Whether the provider reports delivery by callback. */
  readonly receipts: boolean;
  send(batch: OutboundMessage[]): Promise<Outcome[]>;
  /** Asks the provider whether an `unknown` message exists; `null` when it is proven absent. */
  lookup?(message: OutboundMessage): Promise<Outcome | null>;
  close(): Promise<void>;
}

/** What a provider's callback says about one attempt. */
export interface Receipt {
  attemptId: string;
  state: 'accepted' | 'delivered' | 'failed';
  ref: string;
  code?: string;
  optedOut?: boolean;
}
