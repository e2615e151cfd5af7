// The service worker of the reference page: shows reminders, and sends what is pressed to dosebell. An app of one's own may take
// it over as it is: where it answers follows from each message's link.

const KEPT = 'dosebell-answers';
const MINUTE = 60_000;
/** A "later" this old says nothing about the reminders that come now. */
const STALE_SNOOZE = 10 * MINUTE;
/** Whoever says something else is sent to the page of the dose, which tells what is recorded. */
const RECORDED_AS = { taken: 'taken', skipped: 'skipped', snoozed: 'open' };

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(Promise.all([self.clients.claim(), sendKept()])));
self.addEventListener('sync', (event) => event.waitUntil(sendKept()));
self.addEventListener('message', (event) => event.waitUntil(sendKept()));

self.addEventListener('push', (event) => {
  event.waitUntil(Promise.all([show(event.data.json()), sendKept()]));
});

self.addEventListener('notificationclick', (event) => {
  const { action, notification } = event;
  notification.close();
  event.waitUntil(action === '' ? open(notification.data.link) : answer(notification.data, action));
});

/** One notification for each dose: a repeat takes the place of the one before it. */
function show(message, { tag = message.doseId, actions = message.actions } = {}) {
  return self.registration.showNotification(message.title, {
    body: message.body,
    lang: message.language,
    tag,
    renotify: true,
    requireInteraction: true,
    actions,
    data: message,
  });
}

function open(link) {
  return link === undefined ? sendKept() : Promise.all([self.clients.openWindow(link), sendKept()]);
}

/** An answer is kept before it is sent, and forgotten once dosebell has it: a browser may be ended at any moment. */
async function answer(message, action) {
  const cache = await caches.open(KEPT);
  await cache.put(keyOf(message), new Response(JSON.stringify({ message, action, at: Date.now() })));
  await sendKept();
}

/** Sends every kept answer; the newest of each dose. Where the network fails, the browser is asked to wake us when it is back. */
async function sendKept() {
  const cache = await caches.open(KEPT);
  for (const key of await cache.keys()) {
    const kept = await (await cache.match(key))?.json();
    if (kept !== undefined && !(await send(kept))) {
      await self.registration.sync?.register(KEPT).catch(() => undefined);
      continue;
    }
    await forget(cache, key, kept);
  }
}

/** Another answer may have been given while this one was on its way. */
async function forget(cache, key, sent) {
  const now = await (await cache.match(key))?.json();
  if (now?.at === sent?.at) await cache.delete(key);
}

/** Whether nothing is left to send: dosebell has the answer, or will never take it. */
async function send({ message, action, at }) {
  const age = Date.now() - at;
  if (action === 'snoozed' && age > STALE_SNOOZE) return true;
  // Only an answer that waited tells its time: the clock of a phone may be wrong.
  const takenAt = action === 'taken' && age > MINUTE ? { takenAt: new Date(at).toISOString() } : {};
  let response = await post(message, { action, ...takenAt });
  if (response?.status === 422 && takenAt.takenAt !== undefined) response = await post(message, { action });
  if (response === null || response.status >= 500 || response.status === 429) return false;
  const said = response.ok ? await response.json() : null;
  if (said?.dose.state !== RECORDED_AS[action] && response.status !== 410) await tell(message);
  return true;
}

/** Without buttons, and under a tag of its own: what was pressed is being closed, and would take it with it. */
function tell(message) {
  return show(message, { tag: `${message.doseId} told`, actions: [] });
}

/** Null when no answer came. */
function post({ link, token }, body) {
  const url = link.replace(/\/c\/[\w-]+$/, '/v1/confirmations');
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ token, ...body }) }).catch(() => null);
}

function keyOf({ doseId }) {
  return `/${KEPT}/${doseId}`;
}
