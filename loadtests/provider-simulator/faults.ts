import { CHANNEL_OF, contactKey, PROVIDERS, type Provider } from './types.ts';

const ALL: readonly Provider[] = PROVIDERS;
const SMS: readonly Provider[] = ['twilio', 'sms_http', 'smpp'];
/** Texts by Twilio; and what every road of texts can do. */
const TWILIO: readonly Provider[] = ['twilio', 'twilio_whatsapp'];
const TEXTS: readonly Provider[] = [...SMS, 'twilio_whatsapp'];
const CALLS: readonly Provider[] = ['twilio_voice'];

/**
 * Every way a provider can misbehave, and who can. `answer` faults decide how the request is answered (the first that
 * matches wins), `later` faults decide what becomes of a message that was taken and what is told of it (they add up),
 * `delay` only makes the answer wait, a `rate` answers what is beyond it, and a `door` is shut for as long as the fault is
 * there.
 */
const KINDS = {
  down: { acts: 'door', providers: ALL },
  rate: { acts: 'rate', providers: ALL },
  latency: { acts: 'delay', providers: ALL },
  rate_limited: { acts: 'answer', providers: ALL },
  server_error: { acts: 'answer', providers: ['fcm', 'webpush', ...TEXTS, ...CALLS] },
  timeout_after_accept: { acts: 'answer', providers: ALL },
  reset_mid_answer: { acts: 'answer', providers: ALL },
  reset_mid_request: { acts: 'answer', providers: ALL },
  unauthenticated: { acts: 'answer', providers: ['fcm', 'webpush', ...TWILIO, 'sms_http', ...CALLS] },
  unregistered: { acts: 'answer', providers: ['fcm', 'webpush'] },
  sender_id_mismatch: { acts: 'answer', providers: ['fcm'] },
  invalid_number: { acts: 'answer', providers: [...TEXTS, ...CALLS] },
  not_mobile: { acts: 'answer', providers: ['twilio'] },
  opted_out: { acts: 'answer', providers: [...TWILIO, 'sms_http'] },
  smtp_4xx: { acts: 'answer', providers: ['smtp'] },
  smtp_5xx: { acts: 'answer', providers: ['smtp'] },
  never_delivered: { acts: 'later', providers: ALL },
  ref_reused: { acts: 'later', providers: TEXTS },
  undeliverable: { acts: 'later', providers: TEXTS },
  template_paused: { acts: 'later', providers: ['twilio_whatsapp'] },
  delayed_callbacks: { acts: 'later', providers: [...TEXTS, ...CALLS] },
  duplicate_callbacks: { acts: 'later', providers: [...TEXTS, ...CALLS] },
  reordered_callbacks: { acts: 'later', providers: TWILIO },
  stray_callbacks: { acts: 'later', providers: TEXTS },
  late_lookup: { acts: 'later', providers: [...TWILIO, 'sms_http', ...CALLS] },
  late_events: { acts: 'later', providers: CALLS },
  machine: { acts: 'later', providers: CALLS },
  no_answer: { acts: 'later', providers: CALLS },
  busy: { acts: 'later', providers: CALLS },
} as const satisfies Record<
  string,
  { acts: 'door' | 'rate' | 'delay' | 'answer' | 'later'; providers: readonly Provider[] }
>;

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
  /** Of `delayed_callbacks`, `late_lookup` and `late_events`: how much later. */
  delayMs?: number;
  retryAfterSeconds?: number;
  /** Of a `rate`: how many messages are let through in each second of the clock. */
  perSecond?: number;
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
  later: readonly Fault[];
}

const NO_FAULT: Verdict = { latencyMs: 0, answer: null, later: [] };

/** The faults that take a message and lose the answer on its way. */
const LOSES_ANSWER: readonly FaultKind[] = ['timeout_after_accept', 'reset_mid_answer'];

/** The fault under which a message is taken and its answer lost, as the ledger names it; null when the answer arrives. */
export function answerLost({ answer }: Verdict): FaultKind | null {
  return answer !== null && LOSES_ANSWER.includes(answer.kind) ? answer.kind : null;
}

/** The fault of this kind among those of a message. */
export function faultOf({ later }: Pick<Verdict, 'later'>, kind: FaultKind): Fault | undefined {
  return later.find((fault) => fault.kind === kind);
}

/** The faults of which it must be said how much later. */
const DELAYED: readonly FaultKind[] = ['delayed_callbacks', 'late_lookup', 'late_events'];

/** By how many milliseconds a fault of this kind makes something later; 0 where there is none. */
export function delayOf(verdict: Pick<Verdict, 'later'>, kind: FaultKind): number {
  return faultOf(verdict, kind)?.delayMs ?? 0;
}

/** How often each callback is told. */
export function copiesOf(verdict: Pick<Verdict, 'later'>): number {
  return faultOf(verdict, 'duplicate_callbacks') ? 2 : 1;
}

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
  if (DELAYED.includes(order.kind) && order.delayMs === undefined) {
    return { field: 'delayMs', detail: `${order.kind} needs delayMs, the milliseconds by which it is later` };
  }
  if (order.kind === 'rate' && order.perSecond === undefined) {
    return { field: 'perSecond', detail: 'rate needs perSecond, the messages let through in a second' };
  }
  const narrowed = (['to', 'times', 'probability'] as const).find((field) => order[field] !== undefined);
  if (order.kind === 'down' && narrowed !== undefined) {
    return { field: narrowed, detail: 'a provider is down for everybody, until the faults are removed' };
  }
  return null;
}

/** The faults in force, found by contact in constant time. The same orders and messages give the same decisions. */
export class FaultBook {
  readonly #seed: number;
  #random: () => number;
  #all: Fault[] = [];
  readonly #live = new Map<string, Fault[]>();
  readonly #windows = new Map<Fault, { second: number; passed: number }>();
  readonly #doors: (provider: Provider, isDown: boolean) => void;

  /** `doors` is told when a provider goes down and when it comes back. */
  constructor(seed = 1, doors: (provider: Provider, isDown: boolean) => void = () => {}) {
    this.#seed = seed;
    this.#doors = doors;
    this.#random = mulberry32(seed);
  }

  add(order: FaultOrder): Fault {
    const fault: Fault = { ...order, id: this.#all.length + 1, used: 0 };
    this.#all.push(fault);
    if (KINDS[fault.kind].acts === 'door') {
      this.#doors(fault.provider, true);
      return fault;
    }
    const key = liveKey(fault.provider, fault.to);
    this.#live.set(key, [...(this.#live.get(key) ?? []), fault]);
    return fault;
  }

  list(): readonly Fault[] {
    return this.#all;
  }

  clear(): void {
    const down = this.#all.filter(({ kind }) => KINDS[kind].acts === 'door');
    this.#all = [];
    this.#live.clear();
    this.#windows.clear();
    for (const { provider } of down) this.#doors(provider, false);
    this.#random = mulberry32(this.#seed);
  }

  /** Decides one message's fate and spends the faults used. A contact's own faults come before the general ones. */
  decide(provider: Provider, to: string): Verdict {
    if (this.#live.size === 0) return NO_FAULT;
    let latencyMs = 0;
    let answer: Fault | null = null;
    const later: Fault[] = [];
    for (const key of [liveKey(provider, to), liveKey(provider)]) {
      for (const fault of this.#live.get(key) ?? []) {
        const { acts } = KINDS[fault.kind];
        if ((acts === 'answer' || acts === 'rate') && answer !== null) continue;
        if (acts === 'rate' && this.#passes(fault)) continue;
        if (fault.probability !== undefined && this.#random() >= fault.probability) continue;
        this.#spend(fault, key);
        latencyMs += fault.latencyMs ?? 0;
        if (acts === 'answer') answer = fault;
        if (acts === 'rate') answer = { ...fault, kind: 'rate_limited' };
        if (acts === 'later') later.push(fault);
      }
    }
    return { latencyMs, answer, later };
  }

  /** Whether a rate lets one more message through in this second. */
  #passes(fault: Fault): boolean {
    const second = Math.floor(Date.now() / 1000);
    const window = this.#windows.get(fault);
    if (window?.second !== second) {
      this.#windows.set(fault, { second, passed: 1 });
      return true;
    }
    window.passed += 1;
    return window.passed <= (fault.perSecond ?? 0);
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
