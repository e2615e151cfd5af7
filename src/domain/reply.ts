import type { Answer } from './dose.ts';

/** A message somebody wrote to our number, as the provider handed it over: it has proved to be the provider's already. */
export interface Reply {
  /** The provider's id of it. */
  sid: string;
  channel: 'sms' | 'whatsapp';
  /** E.164. */
  from: string;
  /** As written. */
  body: string;
  /** Of a pressed quick-reply button of ours. */
  token?: string;
  answer?: Answer;
  /** The provider's id of the message of ours that it answers. */
  quotes?: string;
  /** The provider has dealt with it, and answered. */
  keyword?: 'stop' | 'start' | 'help';
  /** How many attachments it had. They are not fetched. */
  media?: number;
}
