import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import webPush from 'web-push';
import { createWebPushChannel } from '#channels/webpush/index.ts';
import { startSimulator } from '#loadtests/provider-simulator/simulator.ts';
import { subscriptionOf } from '#loadtests/provider-simulator/webpush-browser.ts';
import { recordAck } from '#src/ack/record.ts';
import { buildServer } from '#src/http/server.ts';
import { openChromium } from '../helpers/chromium.ts';
import { seedPatient, seedPrescription, type TestDispatcher, testDispatcher } from '../helpers/dispatcher.ts';
import { driveTo } from '../helpers/drive.ts';
import { click, inTime, keptIn, openedIn, pushTo, shownIn, watchWindows } from '../helpers/service-worker.ts';

const DUE = new Date('2026-11-23T13:00:00Z'); // 08:00 in Lima
const WAIT = { timeout: 15_000, interval: 50 };

const app: TestDispatcher = await testDispatcher();
app.clock.set('2026-11-23T12:00:00Z');
const api = restartable();

const opened = await openChromium();
const missing = 'missing' in opened ? opened.missing : null;
if (missing !== null) console.warn(`SKIPPED: web push in a real browser: ${missing}`);

describe.skipIf(missing !== null)('web push in a real Chromium', () => {
  it('the page subscribes, a reminder is shown, and what is pressed is the answer, once, also after an outage', {
    timeout: 180_000,
  }, async ({ onTestFinished }) => {
    const browser = opened as Browser;
    onTestFinished(() => browser.close());
    const simulator = await startSimulator();
    onTestFinished(() => simulator.close());

    const keys = webPush.generateVAPIDKeys();
    const webpush = {
      ...keys,
      subject: 'mailto:ops@hospital.example',
      origins: [simulator.webpush],
      caFile: simulator.caFile,
      perSecond: 100,
    };
    app.config.webpush = webpush;
    app.channels.set('webpush', [createWebPushChannel(webpush)]);
    const port = await api.listen(0);
    const origin = `http://127.0.0.1:${port}`;
    app.config.http.publicUrl = origin;

    const context = await inTime('a window of its own', browser.newContext());
    await context.grantPermissions(['notifications'], { origin });
    const page = await inTime('a page', context.newPage());
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));

    const value = await subscribe(page, origin, keys.publicKey, subscriptionOf(simulator.webpush, 'ana'));
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
    await watchWindows(worker);
    const push = await pushTo(await context.newCDPSession(page), `${origin}/push/`);
    const arrived: string[] = [];
    simulator.deliverTo('ana', (payload) => arrived.push(payload));

    const patient = await seedPatient(app, { contacts: [{ kind: 'webpush', value }] });
    const ladder = [0, 600, 1200].map((afterSeconds) => ({
      afterSeconds,
      channel: 'webpush' as const,
      to: 'patient' as const,
    }));
    await seedPrescription(app, patient, { times: ['08:00'], policy: { ladder } });

    // The first reminder, shown in the patient's language with its buttons.
    await inTime('the first reminder', driveTo(app, DUE));
    expect(arrived).toHaveLength(1);
    const [dose] = await app.sql<{ id: string }[]>`SELECT id FROM doses WHERE due_at = ${DUE}`;
    const doseId = dose?.id as string;
    const first = await vi.waitFor(async () => {
      await push(arrived[0] as string);
      const shown = await shownIn(worker);
      expect(shown).toMatchObject([{ title: 'Es la hora de su medicina (08:00)', tag: doseId, lang: 'es' }]);
      return shown;
    }, WAIT);
    // A browser shows as many buttons as it has room for: the first ones.
    const buttons = [
      { action: 'taken', title: 'La tomé' },
      { action: 'snoozed', title: 'Más tarde' },
      { action: 'skipped', title: 'No la tomaré' },
    ];
    const room = await inTime('its buttons', page.evaluate<number>('Notification.maxActions'));
    expect(room).toBeGreaterThanOrEqual(2);
    expect(first[0]?.actions.map(({ action, title }) => ({ action, title }))).toEqual(buttons.slice(0, room));

    // A plain click opens the page of the dose.
    const again = (n: number) => () => push(arrived[n] as string);
    await click(worker, '', again(0));
    expect(await openedIn(worker)).toEqual([expect.stringMatching(`^${origin}/c/[\\w-]{43}$`)]);

    // Later: the next reminder comes after the snooze, in the place of the first.
    await click(worker, 'snoozed', again(0));
    await vi.waitFor(async () => expect(await answersTo(doseId)).toEqual(['snoozed webpush_action applied']), WAIT);
    await inTime('the second reminder', driveTo(app, new Date(DUE.getTime() + 600_000)));
    expect(arrived).toHaveLength(2);
    expect(JSON.parse(arrived[1] as string).token).not.toBe(JSON.parse(arrived[0] as string).token);
    await push(arrived[1] as string);
    await push(arrived[1] as string);
    const tags = async () => (await shownIn(worker)).map(({ tag }) => tag);
    await vi.waitFor(async () => {
      if ((await tags()).length === 0) await push(arrived[1] as string);
      expect(await tags()).toEqual([doseId]);
    }, WAIT);

    // Pressed while the service is down: kept by the browser, and sent when it is back.
    await inTime('the end of the service', api.close());
    await click(worker, 'taken', again(1));
    expect(await keptIn(worker)).toBe(1);
    expect(await stateOf(doseId)).toBe('open');
    await api.listen(port);
    await inTime('the page, online again', page.evaluate("dispatchEvent(new Event('online'))"));
    await vi.waitFor(async () => expect(await stateOf(doseId)).toBe('taken'), WAIT);
    await vi.waitFor(async () => expect(await keptIn(worker)).toBe(0), WAIT);

    // Pressed again, on a notification that came again: still one answer, and nothing left to say.
    await click(worker, 'taken', again(1));
    expect(await keptIn(worker)).toBe(0);
    await vi.waitFor(async () => expect(await shownIn(worker)).toEqual([]), WAIT);
    const answers = ['snoozed webpush_action applied', 'taken webpush_action applied'];
    expect(await answersTo(doseId)).toEqual(answers);

    // Whose answer is not what is recorded is led to the page that tells: corrected elsewhere, "taken" counts no second time.
    await correct(doseId);
    await vi.waitFor(
      async () => {
        await click(worker, 'taken', again(1));
        const told = [{ tag: `${doseId} told`, actions: [] }];
        await vi.waitFor(async () => expect(await shownIn(worker)).toMatchObject(told), { ...WAIT, timeout: 5000 });
      },
      { ...WAIT, timeout: 60_000 },
    );
    expect(await stateOf(doseId)).toBe('skipped');

    expect(broken.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });
});

/** An API that can be away and come back at the same port. */
function restartable() {
  let server: Awaited<ReturnType<typeof buildServer>> | undefined;
  const close = async () => {
    await server?.close();
    server = undefined;
  };
  afterAll(close);
  return {
    close,
    async listen(port: number): Promise<number> {
      server = await buildServer(app);
      await server.listen({ port, host: '127.0.0.1' });
      return (server.server.address() as AddressInfo).port;
    },
  };
}

/** Opens the page and presses its button; the push service that Google keys would name is replaced. Returns the contact shown. */
async function subscribe(page: Page, origin: string, key: string, subscription: object): Promise<string> {
  await page.addInitScript(`
    PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
      if (applicationServerKey !== '${key}' || !userVisibleOnly) throw new Error('asked otherwise');
      return ${JSON.stringify(subscription)};
    };`);
  await page.goto(`${origin}/push/`);
  await page.getByRole('button').click();
  await page.locator('pre', { hasText: 'webpush' }).waitFor();
  const { kind, value } = JSON.parse((await page.locator('pre').textContent()) as string);
  expect([kind, JSON.parse(value)]).toEqual(['webpush', subscription]);
  return value;
}

async function stateOf(doseId: string): Promise<string | undefined> {
  const [dose] = await app.sql<{ state: string }[]>`SELECT state FROM doses WHERE id = ${doseId}`;
  return dose?.state;
}

async function answersTo(doseId: string): Promise<string[]> {
  const rows = await app.sql<{ said: string }[]>`
    SELECT answer || ' ' || road || ' ' || effect AS said FROM confirmations WHERE dose_id = ${doseId} ORDER BY id`;
  return rows.map(({ said }) => said);
}

/** Somebody at the clinic says that it was not taken. */
async function correct(doseId: string): Promise<void> {
  await recordAck(app, { doseId, answer: 'skipped', road: 'api' });
}
