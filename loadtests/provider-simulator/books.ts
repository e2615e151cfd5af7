import { answerLost, type FaultBook, faultOf, type Verdict } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import type { Patients } from './patients.ts';
import { CHANNEL_OF, type Provider } from './types.ts';

/**
 * An accepted message. `reply` is how the person who got it writes back (SMS), resolving to an HTTP status or 0;
 * `actionToken` is what a push action answers with.
 */
interface Acceptance {
  provider: Provider;
  to: string;
  reply?: (text: string) => Promise<number>;
  text: string;
  actionToken?: string | undefined;
  attemptId: string | null;
  ref: string;
  /** As in the ledger. */
  identity?: string | null;
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

  accept({ provider, to, reply, text, actionToken, attemptId, ref, identity = null, verdict }: Acceptance): void {
    const channel = CHANNEL_OF[provider];
    this.ledger.append({
      provider,
      outcome: 'accepted',
      attemptId,
      code: answerLost(verdict),
      ref,
      identity,
    });
    const message = { at: new Date().toISOString(), channel, to, text, attemptId, ref, answered: null };
    this.outbox.add(message);
    if (!faultOf(verdict, 'never_delivered')) this.patients.received(message, { reply, actionToken });
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
