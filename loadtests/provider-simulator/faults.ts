import { CHANNEL_OF, contactKey, type Provider } from './types.ts';

/**
 * Every way a provider can misbehave, and who can. `answer` faults decide how the request is answered (the first that
 * matches wins), `callback` faults decide what is told afterwards (they add up), `delay` only makes the answer wait.
 */
const KINDS = {
  latency: { acts: 'delay', providers: ['fcm', 'twilio', 'smtp'] },
  rate_limited: { acts: 'answer', providers: ['fcm', 'twilio', 'smtp'] },
  server_error: { acts: 'answer', providers: ['fcm', 'twilio'] },
  timeout_after_accept: { acts: 'answer', providers: ['fcm', 'twilio', 'smtp'] },
  unauthenticated: { acts: 'answer', providers: ['fcm', 'twilio'] },
  unregistered: { acts: 'answer', providers: ['fcm'] },
  sender_id_mismatch: { acts: 'answer', providers: ['fcm'] },
  invalid_number: { acts: 'answer', providers: ['twilio'] },
  not_mobile: { acts: 'answer', providers: ['twilio'] },
  opted_out: { acts: 'answer', providers: ['twilio'] },
  smtp_4xx: { acts: 'answer', providers: ['smtp'] },
  smtp_5xx: { acts: 'answer', providers: ['smtp'] },
  undeliverable: { acts: 'callback', providers: ['twilio'] },
  duplicate_callbacks: { acts: 'callback', providers: ['twilio'] },
  reordered_callbacks: { acts: 'callback', providers: ['twilio'] },
} as const satisfies Record<string, { acts: 'delay' | 'answer' | 'callback'; providers: readonly Provider[] }>;

export type FaultKind = keyof typeof KINDS;
export const FAULT_KINDS = Object.keys(KINDS) as FaultKind[];

/** A fault as ordered: for one contact (`to`) or all, for so many messages (`times`) or until removed. */
export interface FaultOrder {
  provider: Provider;
  kind: FaultKind;
  to?: string;
  times?: number;
  probability?: number;
  latencyMs?: number;
  retryAfterSeconds?: number;
  status?: 500 | 503;
  errorCode?: number;
}

export interface Fault extends FaultOrder {
  id: number;
  used: number;
}

/** What the faults decide about one message. */
export interface Verdict {
  latencyMs: number;
  answer: Fault | null;
  callbacks: readonly Fault[];
}

const NO_FAULT: Verdict = { latencyMs: 0, answer: null, callbacks: [] };

/** Why an order cannot be carried out, with the field at fault; null when it can. */
export function refuseOrder(order: FaultOrder): { field: string; detail: string } | null {
  const providers: readonly Provider[] = KINDS[order.kind].providers;
  if (!providers.includes(order.provider)) {
    return {
      field: 'provider',
      detail: `${order.kind} is a fault of ${providers.join(', ')}, not of ${order.provider}`,
    };
  }
  if (order.kind === 'latency' && order.latencyMs === undefined) {
    return { field: 'latencyMs', detail: 'latency needs latencyMs, the milliseconds to wait before answering' };
  }
  return null;
}

/** The faults in force, found by contact in constant time. The same orders and messages give the same decisions. */
export class FaultBook {
  readonly #seed: number;
  #random: () => number;
  #all: Fault[] = [];
  readonly #live = new Map<string, Fault[]>();

  constructor(seed = 1) {
    this.#seed = seed;
    this.#random = mulberry32(seed);
  }

  add(order: FaultOrder): Fault {
    const fault: Fault = { ...order, id: this.#all.length + 1, used: 0 };
    this.#all.push(fault);
    const key = liveKey(fault.provider, fault.to);
    this.#live.set(key, [...(this.#live.get(key) ?? []), fault]);
    return fault;
  }

  list(): readonly Fault[] {
    return this.#all;
  }

  clear(): void {
    this.#all = [];
    this.#live.clear();
    this.#random = mulberry32(this.#seed);
  }

  /** Decides one message's fate and spends the faults used. A contact's own faults come before the general ones. */
  decide(provider: Provider, to: string): Verdict {
    if (this.#live.size === 0) return NO_FAULT;
    let latencyMs = 0;
    let answer: Fault | null = null;
    const callbacks: Fault[] = [];
    for (const key of [liveKey(provider, to), liveKey(provider)]) {
      for (const fault of this.#live.get(key) ?? []) {
        const { acts } = KINDS[fault.kind];
        if (acts === 'answer' && answer !== null) continue;
        if (fault.probability !== undefined && this.#random() >= fault.probability) continue;
        this.#spend(fault, key);
        latencyMs += fault.latencyMs ?? 0;
        if (acts === 'answer') answer = fault;
        if (acts === 'callback') callbacks.push(fault);
      }
    }
    return { latencyMs, answer, callbacks };
  }

  #spend(fault: Fault, key: string): void {
    fault.used += 1;
    if (fault.used !== fault.times) return;
    const left = (this.#live.get(key) ?? []).filter((other) => other !== fault);
    if (left.length > 0) this.#live.set(key, left);
    else this.#live.delete(key);
  }
}

function liveKey(provider: Provider, to?: string): string {
  return `${provider} ${to === undefined ? '*' : contactKey(CHANNEL_OF[provider], to)}`;
}

/** Small seeded generator of numbers in [0, 1) (mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
