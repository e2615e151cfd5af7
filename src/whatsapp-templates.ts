import { type Static, Type } from 'typebox';
import { LANGUAGES } from './domain/language.ts';
import { jsonOfShape } from './setting-values.ts';

const exactly = { additionalProperties: false };
const ContentSid = Type.Optional(Type.String({ pattern: '^HX[0-9a-f]{32}$' }));
const Purposes = Type.Object({ reminder: ContentSid, caregiver: ContentSid, escalation: ContentSid }, exactly);
const byLanguage = Object.fromEntries(LANGUAGES.map((language) => [language, Type.Optional(Purposes)]));

/** What `WHATSAPP_TEMPLATES` may hold; docs/settings.md tells how the templates are registered. */
const Templates = Type.Object(byLanguage, exactly);

export type WhatsappTemplates = Partial<Record<(typeof LANGUAGES)[number], Static<typeof Purposes>>>;

/** Reads the templates of `WHATSAPP_TEMPLATES`: a path of a JSON file, or the JSON. Throws with what is wrong. */
export function readWhatsappTemplates(text: string): WhatsappTemplates {
  const what = 'must be the path of a JSON file with the ContentSids of the templates, or its JSON';
  return jsonOfShape(text, Templates, what) as WhatsappTemplates;
}
