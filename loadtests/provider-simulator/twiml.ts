/** What a call does, step by step; the subset of TwiML that is played here (twilio.com/docs/voice/twiml). */
export type Verb =
  | { do: 'say'; text: string; language: string }
  | { do: 'gather'; action: string; said: Verb[] }
  | { do: 'redirect'; url: string }
  | { do: 'hangup' };

const VERB = /<(Gather|Say|Redirect|Hangup)((?:\s+[\w-]+="[^"<]*")*)\s*(?:\/>|>([\s\S]*?)<\/\1>)/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;

/** Reads a TwiML document; null when it is none, or holds what is not played here: Twilio ends such a call with an error. */
export function parseTwiml(document: string): Verb[] | null {
  const body = /^\s*(?:<\?xml[^>]*\?>)?\s*<Response(?:\/>|>([\s\S]*)<\/Response>)\s*$/.exec(document);
  return body === null ? null : verbs(body[1] ?? '');
}

function verbs(body: string): Verb[] | null {
  const found: Verb[] = [];
  for (const [, name, attributes = '', inner = ''] of body.matchAll(VERB)) {
    const verb = verbOf(name as string, attributesOf(attributes), inner);
    if (verb === null) return null;
    found.push(verb);
  }
  return body.replace(VERB, '').trim() === '' ? found : null;
}

function verbOf(name: string, attributes: Map<string, string>, inner: string): Verb | null {
  if (name === 'Hangup') return { do: 'hangup' };
  if (name === 'Gather') {
    const said = verbs(inner);
    return said && { do: 'gather', action: attributes.get('action') ?? '', said };
  }
  if (/[<>]|&(?!(amp|lt|gt|quot|apos|#\d+);)/.test(inner)) return null;
  if (name === 'Redirect') return { do: 'redirect', url: plainText(inner.trim()) };
  return { do: 'say', text: plainText(inner), language: attributes.get('language') ?? 'en-US' };
}

function attributesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(ATTRIBUTE)].map(([, name, value]) => [name as string, plainText(value as string)]));
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };

function plainText(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|apos|#(\d+));/g, (entity, code) =>
    code === undefined ? (ENTITIES[entity] as string) : String.fromCodePoint(Number(code)),
  );
}
