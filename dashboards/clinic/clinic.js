// Keeps the list of open cases, and a patient's messages, as they are on the server. Without this script the list's page
// reloads itself instead.
const list = document.getElementById('cases');
const live = document.getElementById('live');

if (list && live) {
  const events = new EventSource('/clinic/events');
  const say = (state) => {
    live.hidden = false;
    live.textContent = live.dataset[state];
    live.classList.toggle('offline', state === 'offline');
  };
  events.addEventListener('open', () => say('live'));
  events.addEventListener('error', () => {
    say('offline');
    // Refused (the session is over): the browser does not come back by itself then, and the page leads to the sign-in.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 3000);
  });
  events.addEventListener('changed', refresh);
}

const MESSAGES_EVERY_MS = 5000;
const messages = document.querySelector('#messages[data-fragment]');

if (messages) {
  setInterval(async () => {
    const next = document.hidden ? null : await fragment(messages.dataset.fragment);
    if (next !== null && next.innerHTML !== messages.innerHTML) messages.replaceChildren(...next.childNodes);
  }, MESSAGES_EVERY_MS);
}

/** A part of a page as it is now; null when it cannot be had. */
async function fragment(url) {
  const response = await fetch(url, { headers: { accept: 'text/html' } }).catch(() => null);
  if (response === null || !response.ok) return null;
  if (response.redirected) {
    location.reload(); // the session is over
    return null;
  }
  const next = document.createElement('div');
  next.innerHTML = await response.text();
  return next;
}

async function refresh() {
  const next = await fragment('/clinic/fragments/cases');
  if (next === null) return;
  const unfinished = rememberUnfinished();
  list.replaceChildren(...next.childNodes);
  restore(unfinished);
}

/** What somebody is in the middle of: opened forms, choices made, and where the focus is. */
function rememberUnfinished() {
  return {
    opened: [...list.querySelectorAll('details[open]')].map((details) => details.id),
    chosen: [...list.querySelectorAll('select')].map(({ id, value }) => ({ id, value })),
    focused: list.contains(document.activeElement) ? pathOf(document.activeElement) : null,
  };
}

function restore({ opened, chosen, focused }) {
  for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
  for (const { id, value } of chosen) {
    const select = document.getElementById(id);
    if (select && value) select.value = value;
  }
  if (focused) document.querySelector(focused)?.focus();
}

/** A selector that finds the same link, button or field again: its own id, its label, or its address. */
function pathOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = ['aria-label', 'href'].find((each) => element.hasAttribute(each));
  if (name) return `${element.localName}[${name}="${CSS.escape(element.getAttribute(name))}"]`;
  const details = element.closest('details');
  return details && `#${CSS.escape(details.id)} ${element.localName}`;
}
