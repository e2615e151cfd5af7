import { answerLost, type FaultBook, faultOf, type Verdict } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Outbox, OutboxMessage } from './outbox.ts';
import type { Patients } from './patients.ts';
import { CHANNEL_OF, type Provider } from './types.ts';

/**
 * An accepted message. `reply` is how the person who got it writes back (SMS, WhatsApp), and `press` how one presses a key (a
 * call) or a button (WhatsApp), both resolving to an HTTP status or 0; `actionToken` is what a push action answers with.
 */
interface Acceptance {
  provider: Provider;
  to: string;
  reply?: (text: string) => Promise<number>;
  press?: (key: string) => Promise<number>;
  text: string;
  actionToken?: string | undefined;
  unsubscribe?: string | undefined;
  attemptId: string | null;
  ref: string;
  /** As in the ledger. */
  identity?: string | null;
  /** False: taken, and given up before anybody sees it. */
  arrives?: boolean;
  /** What the faults decided about it: whether its answer is lost, and whether it ever arrives. */
  verdict: Verdict;
}

/** What all providers share: one place where a decision becomes a ledger row, an outbox entry, an answer. */
export class Books {
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly faults: FaultBook;
  readonly patients: Patients;

  constructor(parts: { ledger: Ledger; outbox: Outbox; faults: FaultBook; patients: Patients }) {
    this.ledger = parts.ledger;
    this.outbox = parts.outbox;
    this.faults = parts.faults;
    this.patients = parts.patients;
  }

  /** The message in the outbox, and how many answers its patient will give. */
  accept(accepted: Acceptance): { message: OutboxMessage; answers: number } {
    const {
      provider,
      to,
      reply,
      press,
      text,
      actionToken,
      unsubscribe,
      attemptId,
      ref,
      identity = null,
      verdict,
    } = accepted;
    const channel = CHANNEL_OF[provider];
    this.ledger.append({
      provider,
      outcome: 'accepted',
      attemptId,
      code: answerLost(verdict),
      ref,
      identity,
    });
    const message: OutboxMessage = {
      at: new Date().toISOString(),
      channel,
      to,
      text,
      attemptId,
      ref,
      answered: null,
      ...(unsubscribe !== undefined && { unsubscribe }),
    };
    this.outbox.add(message);
    const arrives = accepted.arrives !== false && !faultOf(verdict, 'never_delivered');
    const answers = arrives ? this.patients.received(message, { reply, press, actionToken }) : 0;
    return { message, answers };
  }

  refuse(provider: Provider, attemptId: string | null, code: string): void {
    this.ledger.append({ provider, outcome: 'refused', attemptId, code, ref: null });
  }

  clear(): void {
    this.ledger.clear();
    this.outbox.clear();
    this.faults.clear();
    this.patients.clear();
  }
}
