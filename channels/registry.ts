import type { ChannelName } from '#src/domain/attempt.ts';
import type { Channel } from './channel.ts';
import { createSmtpChannel, type SmtpSettings } from './email-smtp/index.ts';
import { createFcmChannel, type FcmSettings } from './push-fcm/index.ts';
import { createTwilioSmsChannel, type TwilioSettings } from './sms-twilio/index.ts';

interface ChannelSettings {
  push: FcmSettings;
  sms: Omit<TwilioSettings, 'publicUrl'>;
  email: SmtpSettings;
  publicUrl: string;
}

/** Every channel, by name. Throws when a provider's settings cannot work. */
export function createChannels({ push, sms, email, publicUrl }: ChannelSettings): Map<ChannelName, Channel> {
  const channels = [createFcmChannel(push), createTwilioSmsChannel({ ...sms, publicUrl }), createSmtpChannel(email)];
  return new Map(channels.map((channel) => [channel.name, channel]));
}
