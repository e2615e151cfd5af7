import type { ChannelName } from '#src/domain/attempt.ts';
import type { Channel } from './channel.ts';
import { createSmtpChannel, type SmtpSettings } from './email-smtp/index.ts';
import { createFcmChannel, type FcmSettings } from './push-fcm/index.ts';
import { createSmsHttpChannel, type SmsHttpSettings } from './sms-http/index.ts';
import { createSmppChannel, type SmppSettings } from './sms-smpp/index.ts';
import { createTwilioSmsChannel, type TwilioSettings } from './sms-twilio/index.ts';
import { createTwilioVoiceChannel, type TwilioVoiceSettings } from './voice-twilio/index.ts';
import { createWebPushChannel, type WebPushSettings } from './webpush/index.ts';
import { createWhatsappChannel, type WhatsappSettings } from './whatsapp-twilio/index.ts';

interface ChannelSettings {
  push: FcmSettings;
  webpush?: WebPushSettings | undefined;
  sms: {
    twilio?: (Omit<TwilioSettings, 'publicUrl' | 'from'> & { from: string[] }) | undefined;
    http?: Omit<SmsHttpSettings, 'publicUrl'> | undefined;
    smpp?: SmppSettings | undefined;
  };
  whatsapp?: Omit<WhatsappSettings, 'publicUrl'> | undefined;
  voice?: Omit<TwilioVoiceSettings, 'publicUrl'> | undefined;
  email: SmtpSettings;
  http: { publicUrl: string };
}

/** Every channel with its senders, by name; `now` is the true time. Throws when a provider's settings cannot work. */
export function createChannels(settings: ChannelSettings, now = () => new Date()): Map<ChannelName, Channel[]> {
  const { push, webpush, whatsapp, voice, email } = settings;
  const { publicUrl } = settings.http;
  const { twilio, http, smpp } = settings.sms;
  const senders = [
    createFcmChannel({ ...push, now }),
    ...(webpush ? [createWebPushChannel({ ...webpush, now })] : []),
    ...(twilio ? twilio.from.map((from) => createTwilioSmsChannel({ ...twilio, from, publicUrl, now })) : []),
    ...(http ? [createSmsHttpChannel({ ...http, publicUrl, now })] : []),
    ...(smpp ? [createSmppChannel({ ...smpp, now })] : []),
    ...(whatsapp ? [createWhatsappChannel({ ...whatsapp, publicUrl, now })] : []),
    ...(voice ? [createTwilioVoiceChannel({ ...voice, publicUrl })] : []),
    createSmtpChannel({ ...email, now }),
  ];
  return Map.groupBy(senders, (sender) => sender.name);
}

/** Closes every sender's connections. */
export async function closeChannels(channels: Map<ChannelName, Channel[]>): Promise<void> {
  await Promise.all([...channels.values()].flat().map((channel) => channel.close()));
}
