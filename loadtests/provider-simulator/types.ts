export type Channel = 'push' | 'webpush' | 'sms' | 'whatsapp' | 'voice' | 'email';

/** The providers the simulator plays, and the channel each carries. */
export const CHANNEL_OF = {
  fcm: 'push',
  webpush: 'webpush',
  twilio: 'sms',
  twilio_whatsapp: 'whatsapp',
  twilio_voice: 'voice',
  sms_http: 'sms',
  smpp: 'sms',
  smtp: 'email',
} as const satisfies Record<string, Channel>;

export type Provider = keyof typeof CHANNEL_OF;

export const PROVIDERS = Object.keys(CHANNEL_OF) as readonly Provider[];

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
