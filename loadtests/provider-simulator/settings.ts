import type { SimulatorAddress } from './simulator.ts';

/** The providers, by the settings that say one is a real one, and what the simulator stands in with otherwise. */
export const PROVIDERS: { bases: string[]; settings: (at: SimulatorAddress) => Record<string, string> }[] = [
  {
    bases: ['FCM_BASE_URL'],
    settings: (at) => ({ FCM_BASE_URL: at.fcm, FCM_CA_FILE: at.caFile, FCM_SERVICE_ACCOUNT: at.serviceAccount }),
  },
  {
    // Its keys are nobody's but the service's own.
    bases: ['WEBPUSH_ORIGINS', 'WEBPUSH_PUBLIC_KEY'],
    settings: (at) => ({ WEBPUSH_ORIGINS: at.webpush, WEBPUSH_CA_FILE: at.caFile }),
  },
  {
    bases: ['TWILIO_BASE_URL', 'SMS_HTTP', 'SMPP_URL'],
    settings: ({ twilio, whatsappTemplates }) => ({
      TWILIO_BASE_URL: twilio.baseUrl,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_FROM: twilio.from,
      TWILIO_SEGMENTS_PER_SECOND: '100', // as of a short code
      TWILIO_WHATSAPP_FROM: twilio.from,
      WHATSAPP_TEMPLATES: whatsappTemplates,
      TWILIO_VOICE_FROM: twilio.from,
      TWILIO_CALLS_PER_SECOND: '30', // the most that Twilio grants
    }),
  },
  { bases: ['SMTP_URL'], settings: (at) => ({ SMTP_URL: at.smtp, EMAIL_PER_SECOND: '100' }) },
];

/** The second SMS providers: what makes a service send through the simulator's own, besides Twilio or in its stead. */
export const SECOND_SMS: Record<'sms_http' | 'smpp', (at: SimulatorAddress) => Record<string, string>> = {
  sms_http: ({ smsHttp: { url, token } }) => ({
    SMS_HTTP: JSON.stringify({
      url: `${url}/v1/sms`,
      from: '+15005550007',
      headers: { authorization: `Bearer ${token}` },
      body: {
        recipient: '{{ to }}',
        originator: '{{ from }}',
        content: '{{ text }}',
        reference: '{{ attempt }}',
        validitySeconds: '{{ validSeconds }}',
        notifyUrl: '{{ callback }}',
      },
      id: '/message/id',
      code: '/error/code',
      outcomes: { BAD_NUMBER: 'contact_failed', OPTED_OUT: 'opted_out' },
      states: { QUEUED: 'accepted', DELIVERED: 'delivered', FAILED: 'failed' },
      callback: { secret: 'simulator-callbacks', id: '/id', status: '/state', code: '/reason' },
      lookup: { url: `${url}/v1/sms?reference={{ attempt }}`, id: '/messages/0/id', status: '/messages/0/state' },
      perSecond: 1_000,
    }),
  }),
  smpp: ({ smpp }) => ({ SMPP_URL: smpp, SMPP_FROM: '+15005550008', SMPP_PER_SECOND: '1000' }),
};
