/** The providers the simulator plays. */
export type Provider = 'fcm' | 'webpush' | 'twilio' | 'twilio_whatsapp' | 'twilio_voice' | 'sms_http' | 'smpp' | 'smtp';

export const PROVIDERS: readonly Provider[] = [
  'fcm',
  'webpush',
  'twilio',
  'twilio_whatsapp',
  'twilio_voice',
  'sms_http',
  'smpp',
  'smtp',
];

/** The channel each provider carries. */
export type Channel = 'push' | 'webpush' | 'sms' | 'whatsapp' | 'voice' | 'email';

export const CHANNEL_OF: Readonly<Record<Provider, Channel>> = {
  fcm: 'push',
  webpush: 'webpush',
  twilio: 'sms',
  twilio_whatsapp: 'whatsapp',
  twilio_voice: 'voice',
  sms_http: 'sms',
  smpp: 'sms',
  smtp: 'email',
};

export const CHANNELS: readonly Channel[] = [...new Set(Object.values(CHANNEL_OF))];

/** How a contact is spelled where it is looked up, where that is not exactly as given. */
const SPELLING: Partial<Record<Channel, (to: string) => string>> = {
  email: (to) => to.toLowerCase(),
  webpush: (to) => (to.startsWith('{') ? JSON.parse(to).endpoint : to), // a subscription, or its endpoint
};

/** The one spelling under which a contact is looked up. */
export function contactKey(channel: Channel, to: string): string {
  return `${channel} ${SPELLING[channel]?.(to) ?? to}`;
}
