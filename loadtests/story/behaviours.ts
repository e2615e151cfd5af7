import type { ChannelName } from '#src/domain/attempt.ts';
import type { Contact } from '#src/domain/patient.ts';
import type { ScriptedAnswer, ScriptedPatient } from '../provider-simulator/patients.ts';
import type { Behaviour, HospitalPatient } from './hospital.ts';

export interface Fault {
  provider: 'fcm' | 'twilio' | 'twilio_voice' | 'smtp';
  kind: string;
  to?: string;
  times?: number;
  probability?: number;
  retryAfterSeconds?: number;
}

/** After the window of 14 s: a late answer. */
const LATE_MS = 16_000;

type Act = {
  answers: (delayMs: number, n: number, reply: string) => ScriptedAnswer[];
  faults: (Fault & { on: ChannelName })[];
};

const dead: Record<'push' | 'sms' | 'email', Fault & { on: ChannelName }> = {
  push: { on: 'push', provider: 'fcm', kind: 'unregistered' },
  sms: { on: 'sms', provider: 'twilio', kind: 'invalid_number' },
  email: { on: 'email', provider: 'smtp', kind: 'smtp_5xx' },
};
const sms = (action: 'taken' | 'skipped', delayMs: number, text: string): ScriptedAnswer => ({
  on: 'sms',
  via: 'sms_reply',
  delayMs,
  action,
  text,
});
const push = (action: ScriptedAnswer['action'], delayMs: number, nth?: number): ScriptedAnswer => ({
  on: 'push',
  via: 'push_action',
  delayMs,
  action,
  ...(nth === undefined ? {} : { nth }),
});

/** What each kind of patient does, and which of their contact points the provider refuses. */
const ACTS: Record<Behaviour, Act> = {
  push_taken: { answers: (ms) => [push('taken', ms)], faults: [] },
  push_late: { answers: (ms) => [push('taken', LATE_MS + ms)], faults: [] },
  push_skipped: { answers: (ms) => [push('skipped', ms)], faults: [] },
  snooze_then_taken: {
    answers: (ms) => [push('snoozed', ms, 1), push('taken', ms, 2), push('snoozed', ms, 3), push('taken', ms, 4)],
    faults: [],
  },
  sms_taken: { answers: (ms, _n, reply) => [sms('taken', ms, reply)], faults: [] },
  sms_skipped: { answers: (ms, _n, reply) => [sms('skipped', ms, reply)], faults: [] },
  link_taken: {
    answers: (ms, n) => [{ on: n % 2 === 0 ? 'sms' : 'email', via: 'link', delayMs: ms, action: 'taken' }],
    faults: [],
  },
  dead_push_then_sms: { answers: (ms, _n, reply) => [sms('taken', ms, reply)], faults: [dead.push] },
  opted_out: { answers: () => [], faults: [dead.push, { on: 'sms', provider: 'twilio', kind: 'opted_out' }] },
  unreachable: { answers: () => [], faults: [dead.push, dead.sms, dead.email] },
  silent: { answers: () => [], faults: [] },
  no_contacts: { answers: () => [], faults: [] },
  changed: { answers: (ms) => [push('taken', ms)], faults: [] },
};

const CONTACT: Record<Contact['kind'], ChannelName> = {
  push: 'push',
  webpush: 'webpush',
  phone: 'sms',
  whatsapp: 'whatsapp',
  email: 'email',
};

/** The script of the `n`th patient and the faults of their contact points; delays differ, and are the same at every run. */
export function scriptOf(
  { behaviour, contacts, reply }: HospitalPatient,
  n: number,
): { script: ScriptedPatient; faults: Fault[] } {
  const byChannel = Object.fromEntries(contacts.map(({ kind, value }) => [CONTACT[kind], value]));
  const act = ACTS[behaviour];
  const faults = act.faults.flatMap(({ on, ...fault }) =>
    byChannel[on] === undefined ? [] : [{ ...fault, to: byChannel[on] }],
  );
  return { script: { contacts: byChannel, answers: act.answers(300 + ((n * 397) % 2200), n, reply ?? '1') }, faults };
}

/** The providers' own bad minutes: every one of them has to be survived without losing or doubling a message. */
export const PROVIDER_FAULTS: Fault[] = [
  { provider: 'fcm', kind: 'rate_limited', times: 2, retryAfterSeconds: 1 },
  { provider: 'fcm', kind: 'timeout_after_accept', times: 2 },
  { provider: 'twilio', kind: 'timeout_after_accept', times: 4 },
  { provider: 'twilio', kind: 'duplicate_callbacks', probability: 0.2 },
  { provider: 'twilio', kind: 'reordered_callbacks', probability: 0.2 },
  { provider: 'twilio', kind: 'undeliverable', times: 3 },
  { provider: 'twilio_voice', kind: 'no_answer', times: 3 },
  { provider: 'twilio_voice', kind: 'machine', times: 3 },
  { provider: 'smtp', kind: 'smtp_4xx', times: 3 },
];
