import { expect, test } from 'vitest';
import { parseTwiml } from './twiml.ts';

const say = (text: string, language = 'en-US') => ({ do: 'say', text, language });

test('verbs are read in order, nested words too, entities as what they stand for', () => {
  const document = `<?xml version="1.0" encoding="UTF-8"?><Response>
    <Gather numDigits="1" action="https://a.example/key?attempt=1&amp;keys=12"><Say language="es-MX">&#191;S&#237; &amp; no&quot;?</Say></Gather>
    <Redirect>https://a.example/b</Redirect><Say>Bye</Say><Hangup/></Response>`;
  expect(parseTwiml(document)).toEqual([
    { do: 'gather', action: 'https://a.example/key?attempt=1&keys=12', said: [say('¿Sí & no"?', 'es-MX')] },
    { do: 'redirect', url: 'https://a.example/b' },
    say('Bye'),
    { do: 'hangup' },
  ]);
});

test.each([
  ['no document', ''],
  ['a web page', '<!doctype html><html></html>'],
  ['a verb that is not played', '<Response><Dial>+1</Dial></Response>'],
  ['bare words', '<Response>Hello</Response>'],
  ['an ampersand by itself', '<Response><Say>salt & pepper</Say></Response>'],
  ['markup in words', '<Response><Say>a <b>b</b></Say></Response>'],
  ['an attribute that breaks out', '<Response><Gather action="a"b"/></Response>'],
  ['a verb that is not closed', '<Response><Say>Hello</Response>'],
])('%s is refused', (_, document) => {
  expect(parseTwiml(document)).toBeNull();
});
