/** A template as it is registered with Twilio's Content API (twilio.com/docs/content/twilio-quick-reply). */
interface Template {
  friendly_name: string;
  language: string;
  variables: Record<string, string>;
  types: { 'twilio/quick-reply'?: QuickReply; 'twilio/text'?: { body: string } };
}

interface QuickReply {
  body: string;
  actions: Button[];
}

/** A button: `title` is what the person sees and sends, `id` the payload that comes back with it. */
export interface Button {
  title: string;
  id: string;
}

/** A message as WhatsApp shows it. */
export interface Rendered {
  body: string;
  buttons: Button[];
}

type Words = Record<'reminder' | 'caregiver' | 'escalation', string> & Record<'taken' | 'later' | 'skip', string>;

const WORDS: Record<'es' | 'en' | 'pt', Words> = {
  es: {
    reminder: 'Es la hora de su medicina de las {{1}}. ¿Ya la tomó?',
    caregiver: 'La persona que usted cuida no ha confirmado su medicina de las {{1}}. ¿Sabe si la tomó?',
    escalation: 'Hay un caso abierto que espera respuesta (dosis de las {{1}}). Véalo en {{2}} cuanto antes.',
    taken: 'Ya la tomé',
    later: 'Más tarde',
    skip: 'No la tomé',
  },
  en: {
    reminder: 'It is time for your {{1}} medicine. Have you taken it?',
    caregiver: 'The person you care for has not confirmed the {{1}} medicine. Do you know if it was taken?',
    escalation: 'A case is open and waits for an answer ({{1}} dose). See it at {{2}} as soon as you can.',
    taken: 'I took it',
    later: 'Later',
    skip: 'I did not',
  },
  pt: {
    reminder: 'É hora do seu remédio das {{1}}. Já o tomou?',
    caregiver: 'A pessoa de quem você cuida não confirmou o remédio das {{1}}. Sabe se já o tomou?',
    escalation: 'Há um caso aberto à espera de resposta (dose das {{1}}). Veja em {{2}} o quanto antes.',
    taken: 'Já tomei',
    later: 'Mais tarde',
    skip: 'Não tomei',
  },
};

const TOKEN = 'AZoXyLQAcACAAAAAAAAAAWkj7QAAAAAAAAAAAAAAAAA';

/** Every template of the simulated account by its ContentSid. Numbered, so that the settings can name them. */
const BY_SID = new Map<string, Template>();
/** What `WHATSAPP_TEMPLATES` holds for the simulated account: ContentSids by language and purpose. */
export const SIMULATED_TEMPLATES: Record<string, Record<string, string>> = {};

for (const [language, words] of Object.entries(WORDS)) {
  const sids: Record<string, string> = {};
  SIMULATED_TEMPLATES[language] = sids;
  const actions = (['taken', 'later', 'skip'] as const).map((id) => ({ title: words[id], id: `${id}:{{2}}` }));
  const all: [string, string, Template['types']][] = [
    ['reminder', TOKEN, { 'twilio/quick-reply': { body: words.reminder, actions } }],
    ['caregiver', TOKEN, { 'twilio/quick-reply': { body: words.caregiver, actions: actions.slice(0, 1) } }],
    ['escalation', 'https://example.org', { 'twilio/text': { body: words.escalation } }],
  ];
  for (const [purpose, second, types] of all) {
    const sid = `HXd05ebe11${String(BY_SID.size + 1).padStart(24, '0')}`;
    BY_SID.set(sid, {
      friendly_name: `dosebell_${purpose}_${language}`,
      language,
      variables: { 1: '08:00', 2: second },
      types,
    });
    sids[purpose] = sid;
  }
}

/** A template with its variables filled in, or what is wrong. */
export function renderTemplate(sid: string, variables: string | undefined): Rendered | 'no_template' | 'bad_variables' {
  const template = BY_SID.get(sid);
  if (template === undefined) return 'no_template';
  const values = readVariables(variables);
  if (values === null) return 'bad_variables';
  const all = { ...template.variables, ...values };
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => all[name] ?? '');
  const { 'twilio/quick-reply': quick, 'twilio/text': plain } = template.types;
  const buttons = (quick?.actions ?? []).map(({ title, id }) => ({ title, id: fill(id) }));
  return { body: fill(quick?.body ?? plain?.body ?? ''), buttons };
}

/** Twilio wants a JSON object of texts that are not empty, and have no line breaks (codes 21656, 63028). */
function readVariables(text = '{}'): Record<string, string> | null {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return null;
    const isGood = Object.values(values).every((value) => typeof value === 'string' && /^[^\n\t]+$/.test(value));
    return isGood ? (values as Record<string, string>) : null;
  } catch {
    return null;
  }
}
