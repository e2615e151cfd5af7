import { describe, expect, test } from 'vitest';
import { type HttpGateway, lookupUrlOf, requestOf, textAt, valueAt, wordsOf } from './gateway.ts';

const base: HttpGateway = {
  url: 'https://gateway.example/send',
  method: 'POST',
  from: '+15005550007',
  headers: {},
  body: {},
  id: '/id',
  outcomes: {},
  states: {},
};
const HOSTILE = 'a"b\\c\n\r\t{{ to }}&x=1</m>\u0000 \u2028 é 😀';
const message = (text: string) => ({
  attemptId: '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4',
  doseId: 'd',
  purpose: 'reminder' as const,
  language: 'es' as const,
  time: '08:00',
  inSession: false,
  to: '+51900000000',
  subject: 's',
  text,
  expiresAt: new Date(Date.now() + 90_500),
  createdAt: new Date(),
});
const callback = 'https://us.example/cb?signature=x&y';
const words = (text: string) => wordsOf(message(text), { from: base.from, callback, now: new Date() });
const body = {
  to: '{{ to | remove: "+" }}',
  m: { text: ['{{ text }}'], n: '{{ validSeconds }}', on: true, mix: 'v{{ validSeconds }}' },
};

test('JSON: templates in any depth, a lone number stays a number, no value leaves its field', () => {
  const request = requestOf({ ...base, body })(words(HOSTILE));
  expect(request.headers).toEqual({ 'content-type': 'application/json' });
  expect(JSON.parse(request.body as string)).toEqual({
    to: '51900000000',
    m: { text: [HOSTILE], n: 90, on: true, mix: 'v90' },
  });
});

test('a form: every value whole in its field', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', authorization: 'Bearer x' };
  const request = requestOf({ ...base, headers, body: { text: '{{ text }}', cb: '{{ callback }}', v: 2 } })(
    words(HOSTILE),
  );
  expect(request.headers).toEqual(headers);
  expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({
    text: HOSTILE,
    cb: 'https://us.example/cb?signature=x&y',
    v: '2',
  });
});

test('GET: the fields are the query, and there is no body', () => {
  const request = requestOf({ ...base, method: 'GET', url: `${base.url}?key=k`, body: { text: '{{ text }}' } })(
    words(HOSTILE),
  );
  expect(Object.fromEntries(request.url.searchParams)).toEqual({ key: 'k', text: HOSTILE });
  expect(request).not.toHaveProperty('body');
});

test('a look-up escapes every value', () => {
  const url = lookupUrlOf('https://gateway.example/find?to={{ to }}&text={{ text }}')(words('a&b=c#d'));
  expect(url.href).toBe('https://gateway.example/find?to=%2B51900000000&text=a%26b%3Dc%23d');
});

describe('what cannot be rendered is refused at the start', () => {
  test.each([
    [{ to: '{{ phone }}' }, /^SMS_HTTP body\.to is no usable template: undefined variable: phone/],
    [{ a: ['{{ to | shout }}'] }, /^SMS_HTTP body\.a\.0 is no usable template: .*shout/],
    [{ to: '{% if' }, /^SMS_HTTP body\.to is no usable template: /],
  ])('%j', (bad, words) => {
    expect(() => requestOf({ ...base, body: bad })).toThrow(words);
  });

  test('an object in a form', () => {
    expect(() => requestOf({ ...base, method: 'GET', body: { a: {} } })).toThrow('holds no object');
  });

  test('a look-up of something unknown', () => {
    expect(() => lookupUrlOf('https://gateway.example/{{ id }}')).toThrow(/^SMS_HTTP lookup\.url /);
  });
});

/** RFC 6901 §5. */
const DOCUMENT = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7, nil: null };
test.each([
  ['', DOCUMENT],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/m~0n', 8],
  ['/ ', 7],
  ['/foo/2', undefined],
  ['/foo/length/x', undefined],
  ['/nil/x', undefined],
  ['/constructor', undefined],
  ['/__proto__', undefined],
])('the JSON pointer %j', (pointer, expected) => {
  expect(valueAt(DOCUMENT, pointer)).toEqual(expected);
});

test('only a text or a number is text', () => {
  const document = { a: 'x', b: 7, c: '', d: {}, e: null, f: true };
  expect(['/a', '/b', '/c', '/d', '/e', '/f', undefined].map((at) => textAt(document, at))).toEqual([
    'x',
    '7',
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
