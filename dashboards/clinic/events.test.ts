import { beforeAll, expect, test } from 'vitest';
import { createTenant } from '#src/store/tenants.ts';
import { missedDose, type TestClinic, testClinic } from './testing.ts';

const PATIENCE_MS = 8000;
let clinic: TestClinic;
let base: string;
beforeAll(async () => {
  clinic = await testClinic();
  base = await clinic.server.listen({ host: '127.0.0.1', port: 0 });
});

/** A browser's stream of events. */
async function listen(cookie: string) {
  const stop = new AbortController();
  const response = await fetch(`${base}/clinic/events`, {
    headers: { cookie },
    redirect: 'manual',
    signal: stop.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let ended = false;
  return {
    response,
    close: () => stop.abort(),
    hasEnded: () => ended,
    /** What has come when it fulfils `enough`, when the stream ends, or when patience does. */
    async until(enough: (text: string) => boolean): Promise<string> {
      const deadline = Date.now() + PATIENCE_MS;
      while (!enough(text) && Date.now() < deadline) {
        const late = new Promise<null>((resolve) => setTimeout(resolve, deadline - Date.now(), null));
        const chunk = await Promise.race([reader.read(), late]);
        ended = chunk?.done === true;
        if (chunk === null || chunk.done) break;
        text += chunk.value;
      }
      return text;
    },
  };
}

const changes = (text: string) => text.split('event: changed\n').length - 1;

test('a new case is told within seconds to who looks at this tenant, and to nobody else', async () => {
  const { app } = clinic;
  const other = await createTenant(app.sql, 'Hospital Dos', app.clock.now());
  const signedIn = await clinic.post('/clinic/sign-in', { key: other.apiKey, by: 'x' });
  const ours = await listen(clinic.cookie);
  const theirs = await listen(String(signedIn.headers['set-cookie']).split(';')[0] as string);
  expect(ours.response.headers.get('content-type')).toBe('text/event-stream');
  expect(ours.response.headers.get('cache-control')).toBe('no-store');
  expect(changes(await ours.until((text) => changes(text) === 1))).toBe(1);
  expect(changes(await theirs.until((text) => changes(text) === 1))).toBe(1);

  await missedDose(clinic, { externalId: 'live', name: 'Ana Quispe' });
  const told = await ours.until((text) => changes(text) === 2);
  expect(changes(told)).toBe(2);
  expect(told).not.toContain('Ana');
  expect((await clinic.get('/clinic/fragments/cases')).body).toContain('Ana Quispe');

  const quiet = await theirs.until((text) => text.split('\n:\n').length > 2);
  expect(changes(quiet)).toBe(1);
  ours.close();
  theirs.close();
});

test('attending to a case and resolving it are told too', async () => {
  const { caseId } = await missedDose(clinic, { externalId: 'live-2' });
  const stream = await listen(clinic.cookie);
  await stream.until((text) => changes(text) === 1);
  await clinic.post(`/clinic/cases/${caseId}/acknowledge`);
  expect(changes(await stream.until((text) => changes(text) === 2))).toBe(2);
  await clinic.post(`/clinic/cases/${caseId}/resolve`, { resolution: 'no_action_needed' });
  expect(changes(await stream.until((text) => changes(text) === 3))).toBe(3);
  stream.close();
});

test('the stream ends with the session, and a closing server does not wait for listeners', async () => {
  const over = await listen(clinic.cookie);
  await over.until((text) => changes(text) === 1);
  clinic.app.clock.advance(13 * 3600);
  await over.until(() => false);
  expect(over.hasEnded()).toBe(true);
  expect((await listen(clinic.cookie)).response.status).toBe(303);

  const signedIn = await clinic.post('/clinic/sign-in', { key: clinic.apiKey, by: 'x' });
  const last = await listen(String(signedIn.headers['set-cookie']).split(';')[0] as string);
  await last.until((text) => changes(text) === 1);
  const start = Date.now();
  await clinic.server.close();
  expect(Date.now() - start).toBeLessThan(5000);
});
