import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ReplyIntent, understandReply } from './replies.ts';
import { REPLY_TEXTS } from './reply-texts.ts';

const CASES: Record<ReplyIntent, string[]> = {
  taken: [
    '1',
    ' 1 ',
    '1.',
    '(1)',
    '１',
    'si',
    'Sí',
    'SÍ!!',
    '¡Sí!',
    'Ya',
    'ya la tomé',
    'Ya lo tome.',
    'tomada',
    'LISTO',
    'hecho',
    'Yes',
    'y',
    'TAKEN',
    'took it',
    'Sim',
    'tomei',
    'Já tomei',
  ],
  skipped: [
    '2',
    'No',
    'NO.',
    'no la tomé',
    'No lo tomé',
    'no tome',
    'se me olvidó',
    'n',
    'Not taken',
    'skipped',
    'forgot',
    'Não',
    'não tomei',
    'esqueci',
  ],
  stop: ['STOP', 'stop.', 'StopAll', 'Baja', 'PARAR', 'Alto', 'cancelar suscripción', 'sair', 'OPT-OUT'],
  start: ['START', 'unstop', 'Alta'],
  unclear: [
    ...[
      '',
      ' ',
      '?',
      '12',
      '11',
      '1 2',
      '21',
      '0',
      '3',
      'ok',
      'luego',
      'más tarde',
      'later',
      'depois',
      'thanks',
      'hola',
    ],
    // A negation is never read as its opposite, and a sentence is not one of its words.
    ...['todavía no', 'aún no la tomé', 'not yet', 'ainda não', 'no sé', 'no stop', 'sí pero no', 'ya no', 'yes no'],
    ...[
      '1 pero la vomité',
      'sí, mañana',
      'quiero darme de baja del hospital',
      'please do not stop',
      'taken?no',
      'sino',
      'si no',
    ],
  ],
};

describe('a reply', () => {
  it.each(Object.entries(CASES).flatMap(([intent, texts]) => texts.map((text) => ({ text, intent }))))(
    '$text → $intent',
    ({ text, intent }) => {
      expect(understandReply(text)).toBe(intent);
    },
  );

  it('is read the same with its accents composed, decomposed, or in another case', () => {
    for (const text of Object.values(CASES).flat()) {
      for (const form of [text.normalize('NFC'), text.normalize('NFD'), text.toUpperCase(), ` ${text}\n`]) {
        expect(understandReply(form), form).toBe(understandReply(text));
      }
    }
  });
});

describe("other people's replies", () => {
  const folder = '../shared/data/messaging';
  const here = existsSync(folder);
  if (!here) console.warn(`${folder} is not there: its replies are not tried`);

  it.runIf(here)("every opt-out keyword of the carriers' lists stops", () => {
    const lists = JSON.parse(readFileSync(`${folder}/optout-keywords.json`, 'utf8')) as Record<
      string,
      { opt_out?: string[] }
    >;
    const keywords = new Set(Object.values(lists).flatMap((list) => list.opt_out ?? []));
    expect(keywords.size).toBeGreaterThan(10);
    expect([...keywords].filter((word) => understandReply(word) !== 'stop')).toEqual([]);
    expect([...keywords].filter((word) => understandReply(word.toLowerCase()) !== 'stop')).toEqual([]);
    console.info(`opt-out keywords: ${keywords.size}, all stop`);
  });

  it.runIf(here)('no "no" counts as taken, no "yes" as skipped, and neither stops', () => {
    const lines = readFileSync(`${folder}/reply-corpus.jsonl`, 'utf8').trim().split('\n');
    const replies = lines.map((line) => JSON.parse(line) as { text: string; label: 'yes' | 'no' });
    const counts: Record<string, number> = {};
    for (const { text, label } of replies) {
      const intent = understandReply(text);
      counts[`${label} → ${intent}`] = (counts[`${label} → ${intent}`] ?? 0) + 1;
      expect(['unclear', label === 'yes' ? 'taken' : 'skipped'], text).toContain(intent);
    }
    expect(replies.length).toBeGreaterThan(50);
    console.info('reply corpus:', counts);
  });
});

describe('an answer to a reply', () => {
  it.each(Object.entries(REPLY_TEXTS))('fits one GSM-7 segment in %s', (_, texts) => {
    for (const text of Object.values(texts)) {
      expect(text.replace('{{ time }}', '00:00')).toMatch(/^[A-Za-z0-9 .,:]{1,160}$/);
    }
  });
});
