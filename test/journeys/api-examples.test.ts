import { readFileSync } from 'node:fs';
import type { LightMyRequestResponse } from 'fastify';
import { expect, test } from 'vitest';
import { issueToken } from '#src/ack/tokens.ts';
import { plusSeconds } from '#src/clock.ts';
import { testApi } from '#test/helpers/api.ts';
import { dueDose } from '#test/helpers/story.ts';

const DOCUMENT = new URL('../../docs/api-examples.http.md', import.meta.url);

interface Message {
  first: string;
  headers: [name: string, value: string][];
  body: string;
}

/** The ```http blocks of the document, in pairs of request and answer. */
function readExamples(): { request: Message; answer: Message }[] {
  const blocks = [...readFileSync(DOCUMENT, 'utf8').matchAll(/```http\n([\s\S]*?)```/g)].map(([, text = '']) =>
    parse(text),
  );
  return Array.from({ length: blocks.length / 2 }, (_, i) => ({
    request: blocks[2 * i] as Message,
    answer: blocks[2 * i + 1] as Message,
  }));
}

function parse(text: string): Message {
  const [head = '', ...rest] = text.split('\n\n');
  const [first = '', ...headers] = head.trim().split('\n');
  return {
    first,
    headers: headers.map((line) => line.split(': ') as [string, string]),
    body: rest.join('\n\n').trim(),
  };
}

/** Learns the `{{names}}` of an expected answer from the real one. */
function learn(expected: unknown, real: unknown, names: Map<string, string>): void {
  const name = typeof expected === 'string' ? /^\{\{(\w+)\}\}$/.exec(expected)?.[1] : undefined;
  if (name !== undefined && !names.has(name)) names.set(name, String(real));
  if (typeof expected !== 'object' || expected === null || typeof real !== 'object' || real === null) return;
  for (const [key, value] of Object.entries(expected)) learn(value, (real as Record<string, unknown>)[key], names);
}

const fill = (text: string, names: Map<string, string>) =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    const value = names.get(name);
    if (value === undefined) throw new Error(`{{${name}}} is not known here`);
    return value;
  });

function check(response: LightMyRequestResponse, answer: Message, names: Map<string, string>): void {
  expect(response.statusCode, response.body).toBe(Number(answer.first.split(' ')[1]));
  if (answer.body !== '') {
    learn(JSON.parse(answer.body), response.json(), names);
    expect(response.json()).toMatchObject(JSON.parse(fill(answer.body, names)));
  }
  for (const [name, value] of answer.headers) expect(response.headers[name.toLowerCase()]).toBe(fill(value, names));
}

test('every example of docs/api-examples.http.md is what the server does', async () => {
  const api = await testApi();
  const { doseId, openEscalation } = await dueDose(api, 'MRN-7');
  await openEscalation();
  const expiresAt = plusSeconds(api.app.clock.now(), 3600);
  const names = new Map([
    ['apiKey', api.apiKey],
    ['token', issueToken(api.app.config.tokenSecret, 'push', { doseId, expiresAt })],
  ]);
  const examples = readExamples();
  expect(examples.length).toBeGreaterThan(15);
  for (const { request, answer } of examples) {
    const [method, url] = fill(request.first, names).split(' ') as ['GET', string];
    const response = await api.server.inject({
      method,
      url,
      headers: Object.fromEntries(request.headers.map(([name, value]) => [name, fill(value, names)])),
      ...(request.body === '' ? {} : { payload: fill(request.body, names) }),
    });
    check(response, answer, names);
  }
});
