/** The providers the simulator plays. */
export type Provider = 'fcm' | 'twilio' | 'sms_http' | 'smpp' | 'smtp';

export const PROVIDERS: readonly Provider[] = ['fcm', 'twilio', 'sms_http', 'smpp', 'smtp'];

/** The channel each provider carries. */
export type Channel = 'push' | 'sms' | 'email';

export const CHANNEL_OF: Readonly<Record<Provider, Channel>> = {
  fcm: 'push',
  twilio: 'sms',
  sms_http: 'sms',
  smpp: 'sms',
  smtp: 'email',
};

/** The one spelling under which a contact is looked up: e-mail addresses ignore case, the rest is exact. */
export function contactKey(channel: Channel, to: string): string {
  return `${channel} ${channel === 'email' ? to.toLowerCase() : to}`;
}
