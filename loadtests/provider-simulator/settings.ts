import type { SimulatorAddress } from './simulator.ts';

/** The providers, by the setting that says one is a real one, and what the simulator stands in with otherwise. */
export const PROVIDERS: { base: string; settings: (at: SimulatorAddress) => Record<string, string> }[] = [
  {
    base: 'FCM_BASE_URL',
    settings: (at) => ({ FCM_BASE_URL: at.fcm, FCM_CA_FILE: at.caFile, FCM_SERVICE_ACCOUNT: at.serviceAccount }),
  },
  {
    base: 'TWILIO_BASE_URL',
    settings: ({ http, twilio }) => ({
      TWILIO_BASE_URL: http,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_FROM: twilio.from,
    }),
  },
  { base: 'SMTP_URL', settings: (at) => ({ SMTP_URL: at.smtp }) },
];
