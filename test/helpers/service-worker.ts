import type { CDPSession, Worker } from 'playwright-core';
import { expect, vi } from 'vitest';

/** A notification as its reader sees it. */
export interface Shown {
  title: string;
  body: string;
  tag: string;
  lang: string;
  actions: { action: string; title: string }[];
}

/** The parts of a service worker's world that are used below, in the browser. */
interface World {
  registration: { getNotifications(): Promise<Shown[]> };
  clients: { openWindow(url: string): Promise<null> };
  caches: { open(name: string): Promise<{ keys(): Promise<unknown[]> }> };
  NotificationEvent: new (type: string, init: object) => Event & { waitUntil: (done: Promise<unknown>) => void };
  dispatchEvent(event: Event): boolean;
  opened: string[];
}

const ANSWER_MS = 20_000;

/** What `answer` becomes; an error that names the step when it takes too long: an evaluation has no limit of its own. */
export async function inTime<T>(step: string, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${ANSWER_MS} ms: ${step}`)), ANSWER_MS);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}

/** What `look` returns in the service worker's world, in time. */
function ask<Seen>(worker: Worker, step: string, look: () => Seen | Promise<Seen>): Promise<Seen> {
  return inTime(step, worker.evaluate<Seen>(look));
}

/** Hands payloads to the service worker at `scope` as the browser does that got them from its push service. */
export async function pushTo(devtools: CDPSession, scope: string): Promise<(data: string) => Promise<void>> {
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL === scope);
      if (ours !== undefined) resolve(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await inTime('the registration of the service worker', registered);
  const { origin } = new URL(scope);
  return async (data) => {
    await inTime('a push', devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data }));
  };
}

/** A test has no click that would let a worker open a window: where it would is noted. */
export async function watchWindows(worker: Worker): Promise<void> {
  await ask(worker, 'watching for windows', () => {
    const world = globalThis as unknown as World;
    world.opened = [];
    world.clients.openWindow = async (url) => {
      world.opened.push(url);
      return null;
    };
  });
}

/** The windows that the worker opened since `watchWindows`. */
export async function openedIn(worker: Worker): Promise<string[]> {
  return ask(worker, 'the windows opened', () => (globalThis as unknown as World).opened);
}

/** The notifications that are shown now. */
export async function shownIn(worker: Worker): Promise<Shown[]> {
  return ask(worker, 'the notifications shown', async () => {
    const notifications = await (globalThis as unknown as World).registration.getNotifications();
    return notifications.map(({ title, body, tag, lang, actions }) => ({ title, body, tag, lang, actions }));
  });
}

/**
 * A click on the one notification shown, on one of its buttons ('' is none), until the worker is done with it. A browser that
 * closed one a moment ago takes what is shown meanwhile under the same tag with it: then `show` is called again.
 */
export async function click(worker: Worker, action: string, show: () => Promise<void>): Promise<void> {
  await vi.waitFor(
    async () => {
      if ((await shownIn(worker)).length === 0) await show();
      expect(await press(worker, action)).toBe(true);
    },
    { timeout: 15_000, interval: 500 },
  );
}

/** Whether there was a notification to press. */
async function press(worker: Worker, action: string): Promise<boolean> {
  return worker.evaluate(async (pressed) => {
    const world = globalThis as unknown as World;
    const [notification] = await world.registration.getNotifications();
    if (notification === undefined) return false;
    const event = new world.NotificationEvent('notificationclick', { notification, action: pressed });
    const waits: Promise<unknown>[] = [];
    // An event that a script made cannot be waited for by the browser.
    event.waitUntil = (done) => waits.push(done);
    world.dispatchEvent(event);
    await Promise.all(waits);
    return true;
  }, action);
}

/** How many answers the worker keeps because it could not send them. */
export async function keptIn(worker: Worker): Promise<number> {
  return ask(worker, 'the answers kept', async () => {
    const cache = await (globalThis as unknown as World).caches.open('dosebell-answers');
    return (await cache.keys()).length;
  });
}
