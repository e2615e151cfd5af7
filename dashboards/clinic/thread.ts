import { MOST_CHARACTERS, type WrittenChannel } from '#src/dispatch/message.ts';
import type { ThreadEntry } from '#src/store/thread.ts';
import { type Content, type Html, html } from './html.ts';
import { notice } from './layout.ts';
import { codeWords, localTime, type View } from './view.ts';

/** A page of a patient's thread as it is shown: newest first, `before` where the older ones begin. */
export interface ShownThread {
  entries: ThreadEntry[];
  before: string | null;
  /** Whether it begins with the newest message. */
  newest: boolean;
}

/** The form under which somebody writes: what was typed where it was refused, and why. `key`: sent twice, it counts once. */
export interface Writing {
  key: string;
  channels: WrittenChannel[];
  text: string;
  problem: string | null;
}

interface Whose {
  id: string;
  zone: string;
}

/** What was said to a patient and by them, and where to answer. The newest messages are asked for again every few seconds. */
export function threadSection(view: View, patient: Whose, thread: ShownThread, writing: Writing): Html {
  const words = view.texts.thread;
  const here = `/clinic/patients/${patient.id}`;
  return html`<h2 id="thread">${words.title}</h2>
${notice(writing.problem)}
${writing.channels.length === 0 ? html`<p>${words.nowhere}</p>` : form(view, here, writing)}
<div id="messages"${thread.newest && html` data-fragment="/clinic/fragments/patients/${patient.id}/messages"`}>${threadList(view, patient, thread)}</div>
<p class="pages">${!thread.newest && html`<a href="${here}#thread">${words.newest}</a> `}
${thread.before !== null && html`<a href="${here}?before=${thread.before}#thread">${words.older}</a>`}</p>`;
}

function form(view: View, here: string, { key, channels, text }: Writing): Html {
  const words = view.texts.thread;
  return html`<form class="stack card" method="post" action="${here}/messages">
<input type="hidden" name="key" value="${key}">
<label for="text">${words.write}</label>
<textarea id="text" name="text" rows="3" maxlength="${MOST_CHARACTERS}" required aria-describedby="text-hint">${text}</textarea>
<p class="hint" id="text-hint">${words.hint}</p>
<label for="channel">${words.channel}</label>
<select id="channel" name="channel">${channels.map((each) => html`<option value="${each}">${view.texts.channel[each]}</option>`)}</select>
<button>${words.send}</button>
</form>`;
}

/** The messages alone. */
export function threadList(view: View, { zone }: Whose, { entries }: Pick<ShownThread, 'entries'>): Html {
  if (entries.length === 0) return html`<p>${view.texts.thread.none}</p>`;
  return html`<ol class="thread">${entries.map((entry) => [answered(view, zone, entry), bubble(view, zone, entry)])}</ol>`;
}

/** One message: who, what, when by the patient's clock, and what became of it. */
export function bubble(view: View, zone: string, entry: ThreadEntry): Content {
  const { texts } = view;
  const facts = [
    localTime(view, entry.at, zone),
    texts.channel[entry.channel],
    entry.state && texts.attempt[entry.state],
    codeWords(view, entry.code),
    entry.intent !== null && Object.hasOwn(texts.thread.intents, entry.intent) && texts.thread.intents[entry.intent],
    entry.dose && texts.thread.dose(localTime(view, entry.dose.dueAt, zone), texts.dose[entry.dose.state]),
    entry.shared && texts.thread.shared,
  ].filter((fact) => typeof fact === 'string' && fact !== '');
  return html`<li class="bubble ${entry.direction}"><p class="who">${whoOf(view, entry)}</p>
<p class="said">${entry.text ?? texts.thread.notKept}</p><p class="hint">${facts.join(' · ')}</p></li>`;
}

function whoOf({ texts }: View, { purpose, author, direction }: ThreadEntry): Content {
  if (direction === 'in') return texts.thread.patient;
  return purpose === 'message' ? author : texts.thread.sent[purpose === 'caregiver' ? 'caregiver' : 'reminder'];
}

/** What was answered at once, above (as the list is newest first) what it answers. */
function answered(view: View, zone: string, { answer, at }: ThreadEntry): Content {
  if (answer === null) return null;
  return html`<li class="bubble out"><p class="who">${view.texts.thread.automatic}</p><p class="said">${answer}</p>
<p class="hint">${localTime(view, at, zone)}</p></li>`;
}
