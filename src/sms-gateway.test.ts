import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSmsGateway } from './sms-gateway.ts';

const LEAST = { url: 'https://gateway.example/send', from: 'Hospital', body: { to: '{{ to }}' }, id: '/id' };

test('the least is enough; the rest has its defaults, and header names are in lower case', () => {
  const headers = { Authorization: 'Bearer X', 'Content-Type': 'application/json' };
  expect(readSmsGateway(JSON.stringify({ ...LEAST, headers }))).toEqual({
    ...LEAST,
    headers: { authorization: 'Bearer X', 'content-type': 'application/json' },
    method: 'POST',
    outcomes: {},
    states: {},
    perSecond: 10,
    weight: 1,
  });
});

test('it may stand in a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-'));
  writeFileSync(join(dir, 'gateway.json'), JSON.stringify({ ...LEAST, perSecond: 100, weight: 3 }));
  expect(readSmsGateway(join(dir, 'gateway.json'))).toMatchObject({ from: 'Hospital', perSecond: 100, weight: 3 });
  rmSync(dir, { recursive: true });
});

const without = (name: string) => Object.fromEntries(Object.entries(LEAST).filter(([key]) => key !== name));
test.each([
  ['/nowhere/gateway.json', /path of a JSON file/],
  ['{"url":', /path of a JSON file/],
  ...Object.keys(LEAST).map((name): [object, RegExp] => [without(name), new RegExp(`required.*${name}`)]),
  [{ ...LEAST, url: 'ftp://x' }, /^url /],
  [{ ...LEAST, url: 'http://[' }, /^url must be a URL/],
  [{ ...LEAST, method: 'PATCH' }, /^method /],
  [{ ...LEAST, id: 'id' }, /^id /],
  [{ ...LEAST, body: 'text' }, /^body /],
  [{ ...LEAST, headers: { a: 1 } }, /^headers\.a /],
  [{ ...LEAST, outcomes: { '402': 'again' } }, /^outcomes\.402 /],
  [{ ...LEAST, states: { OK: 'arrived' } }, /^states\.OK /],
  [{ ...LEAST, callback: { secret: 'short', id: '/id', status: '/s' } }, /^callback\.secret /],
  [{ ...LEAST, callback: { secret: 'sixteen-letters-x', id: '/id' } }, /^callback .*status/],
  [{ ...LEAST, perSecond: 0 }, /^perSecond /],
  [{ ...LEAST, weight: 1.5 }, /^weight /],
  [{ ...LEAST, retries: 3 }, /retries|additional/],
])('refuses %j', (gateway, words) => {
  const text = typeof gateway === 'string' ? gateway : JSON.stringify(gateway);
  expect(() => readSmsGateway(text)).toThrow(words);
});

test('shows no value of it', () => {
  const gateway = { ...LEAST, headers: { authorization: ['hunter2'] } };
  expect(() => readSmsGateway(JSON.stringify(gateway))).toThrow(/^(?!.*hunter2).*$/);
});
