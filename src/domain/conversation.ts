import type { ChannelName } from './attempt.ts';
import type { Language } from './language.ts';

/** What a tenant may say in its own words; everything absent is as shipped. */
export interface Conversation {
  /** Its name, for `{{ clinic }}`. */
  clinic?: string;
  /** Where its people are reached, E.164 or as they write it, for `{{ phone }}`. */
  phone?: string;
  /** Texts by language and key (src/texts/keys.ts), as LiquidJS templates. */
  texts?: Partial<Record<Language, Record<string, string>>>;
  /** On which channels a message may name the medication, and whether a question may name who is meant. Absent: none, no. */
  detail?: { medication?: ChannelName[]; names?: boolean };
  /** Further phrases by intent that its patients use. */
  phrases?: Record<string, string[]>;
  /** By country (ISO 3166-1), the quiet hours of patients who have none of their own. Wall clock HH:mm. */
  quietHours?: Record<string, { from: string; to: string }>;
}
