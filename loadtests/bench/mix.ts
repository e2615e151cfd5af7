import type { Policy, Rung } from '#src/domain/policy.ts';

/** The channels of the rush. */
export const MIX = ['push', 'sms', 'email'] as const;
export type MixChannel = (typeof MIX)[number];

/** The channel of each patient by the last digit of the patient's number: 70 % push, 20 % SMS, 10 % e-mail. */
const BY_DIGIT: readonly MixChannel[] = ['push', 'push', 'sms', 'push', 'push', 'email', 'push', 'sms', 'push', 'push'];

/** On which channel the nth patient, from 0, is reminded first. */
export function channelOf(n: number): MixChannel {
  return BY_DIGIT[n % BY_DIGIT.length] as MixChannel;
}

const HOUR = 3600;

/** The nth patient's ladder: one first rung on the patient's channel; the next comes when every bench is long over. */
export function mixedPolicy(n: number): Partial<Policy> {
  const first: Rung = { afterSeconds: 0, channel: channelOf(n), to: 'patient' };
  const second: Rung = { afterSeconds: 2 * HOUR, channel: 'push', to: 'patient' };
  return { ladder: [first, second], usefulSeconds: HOUR, windowSeconds: 4 * HOUR };
}
