import { readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { LANGUAGES } from './domain/language.ts';

const exactly = { additionalProperties: false };
const ContentSid = Type.Optional(Type.String({ pattern: '^HX[0-9a-f]{32}$' }));
const Purposes = Type.Object({ reminder: ContentSid, caregiver: ContentSid, escalation: ContentSid }, exactly);
const byLanguage = Object.fromEntries(LANGUAGES.map((language) => [language, Type.Optional(Purposes)]));

/** What `WHATSAPP_TEMPLATES` may hold; docs/settings.md tells how the templates are registered. */
const Templates = Type.Object(byLanguage, exactly);

export type WhatsappTemplates = Partial<Record<(typeof LANGUAGES)[number], Static<typeof Purposes>>>;

/** Reads the templates of `WHATSAPP_TEMPLATES`: a path of a JSON file, or the JSON. Throws with what is wrong. */
export function readWhatsappTemplates(text: string): WhatsappTemplates {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.startsWith('{') ? text : readFileSync(text, 'utf8'));
  } catch {
    throw new Error('must be the path of a JSON file with the ContentSids of the templates, or its JSON');
  }
  const [wrong] = Value.Errors(Templates, parsed);
  if (wrong === undefined) return parsed as WhatsappTemplates;
  const place = wrong.instancePath.slice(1).replaceAll('/', '.');
  throw new Error(place === '' ? wrong.message : `${place} ${wrong.message}`);
}
