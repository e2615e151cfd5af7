import { type Channel, contactKey } from './types.ts';

/** An accepted message as a person would see it. `answered` is the patient's answer once the service took it. */
export interface OutboxMessage {
  at: string;
  channel: Channel;
  to: string;
  text: string;
  attemptId: string | null;
  ref: string;
  answered: string | null;
  /** E-mail: where one click stops such mails (RFC 8058), if its headers say so. */
  unsubscribe?: string;
}

export interface OutboxFilter {
  limit: number;
  to?: string | undefined;
  channel?: Channel | undefined;
}

/** The newest messages, in a ring: older ones are overwritten, so that a load test cannot fill the memory. */
export class Outbox {
  readonly #capacity: number;
  #ring: OutboxMessage[] = [];
  #next = 0;

  constructor(capacity = 5_000) {
    this.#capacity = capacity;
  }

  add(message: OutboxMessage): void {
    this.#ring[this.#next] = message;
    this.#next = (this.#next + 1) % this.#capacity;
  }

  /** Newest first. */
  newest({ limit, to, channel }: OutboxFilter): OutboxMessage[] {
    const found: OutboxMessage[] = [];
    const size = this.#ring.length;
    for (let age = 1; age <= size && found.length < limit; age += 1) {
      const message = this.#ring[(this.#next - age + size) % size] as OutboxMessage;
      if (channel !== undefined && message.channel !== channel) continue;
      if (to !== undefined && contactKey(message.channel, message.to) !== contactKey(message.channel, to)) continue;
      found.push(message);
    }
    return found;
  }

  clear(): void {
    this.#ring = [];
    this.#next = 0;
  }
}
