import type { Ledger } from './ledger.ts';
import type { OutboxFilter, OutboxMessage } from './outbox.ts';
import type { Patients } from './patients.ts';
import { CHANNEL_OF, CHANNELS, PROVIDERS } from './types.ts';

interface PageContent {
  messages: readonly OutboxMessage[];
  counts: ReturnType<Ledger['summary']>;
  patients: ReturnType<Patients['summary']>;
  filter: OutboxFilter;
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'";

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2733; }
  h1 { font-size: 1.3rem; } form { margin: 1rem 0; display: flex; gap: .5rem; }
  input, select, button { font: inherit; padding: .25rem .5rem; } input { flex: 1; }
  ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 1.5rem; color: #51606f; }
  article { border: 1px solid #d9e0e7; border-radius: .5rem; padding: .6rem .9rem; margin: .5rem 0; }
  header { display: flex; gap: .75rem; flex-wrap: wrap; color: #51606f; font-size: .85rem; }
  b { color: #1d2733; } p { margin: .3rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  .answered { color: #16703c; } .waiting { color: #8a5a00; }`;

// Only the list is replaced, so that a filter being typed keeps its text and its focus.
const REFRESH = `
  setInterval(async () => {
    const page = await fetch(location.href).then((response) => response.text()).catch(() => null);
    if (page === null) return;
    const fresh = new DOMParser().parseFromString(page, 'text/html').querySelector('main');
    if (fresh) document.querySelector('main').replaceWith(fresh);
  }, 2000);`;

/** The outbox as a page for people: what patients see, and whether they answered. Everything shown is escaped. */
export function outboxPage(content: PageContent): { html: string; headers: Record<string, string> } {
  const { filter } = content;
  const channels = ['', ...CHANNELS].map((channel) => {
    const selected = (filter.channel ?? '') === channel ? ' selected' : '';
    return `<option value="${channel}"${selected}>${channel || 'all channels'}</option>`;
  });
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Outbox · provider simulator</title>
<style>${STYLE}</style>
<h1>Provider simulator: outbox</h1>
<form>
<input name="to" value="${escapeHtml(filter.to ?? '')}" placeholder="recipient" aria-label="recipient">
<select name="channel" aria-label="channel">${channels.join('')}</select>
<button>Filter</button>
</form>
<main>${counts(content)}${content.messages.map(card).join('\n') || '<p>No message yet.</p>'}</main>
<script>${REFRESH}</script>
</html>`;
  return { html, headers: { 'content-security-policy': CONTENT_SECURITY_POLICY, 'cache-control': 'no-store' } };
}

function counts({ counts, patients }: PageContent): string {
  const sum = (channel: string, outcome: 'accepted' | 'refused') =>
    PROVIDERS.filter((provider) => CHANNEL_OF[provider] === channel).reduce(
      (total, provider) => total + counts[provider][outcome],
      0,
    );
  const items = CHANNELS.map(
    (channel) => `<li><b>${channel}</b> ${sum(channel, 'accepted')} accepted, ${sum(channel, 'refused')} refused</li>`,
  );
  const { answersOk, answersFailed, pending } = patients;
  return `<ul>${items.join('')}<li><b>answers</b> ${answersOk} taken in, ${answersFailed} failed, ${pending} to come</li></ul>`;
}

function card({ at, channel, to, text, attemptId, answered }: OutboxMessage): string {
  const answer = answered === null ? '<span class="waiting">no answer</span>' : answeredMark(answered);
  const attempt = attemptId === null ? '' : `<span>attempt ${escapeHtml(attemptId)}</span>`;
  return `<article><header><b>${channel}</b><span>${escapeHtml(to)}</span><time>${at}</time>${answer}${attempt}</header>
<p>${escapeHtml(text)}</p></article>`;
}

function answeredMark(answered: string): string {
  return `<span class="answered">answered: ${escapeHtml(answered)}</span>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] as string);
}
