import { channelOf } from '#src/domain/attempt.ts';
import type { OwnReach } from '#src/store/reach.ts';
import { type Content, html } from './html.ts';
import { notice } from './layout.ts';
import { codeWords, type View } from './view.ts';

/** How a patient is reached: each of their contact points in words, and plainly if there is no way left. */
export function reachSection(view: View, { reminders, roads }: OwnReach): Content {
  const words = view.texts.reach;
  const isReached = reminders && roads.some(({ state }) => state === 'active');
  const problem = reminders ? words.unreachable : words.noConsent;
  return html`<h2>${words.title}</h2>
${notice(isReached ? null : problem)}
${roads.length === 0 ? html`<p>${words.none}</p>` : list(view, roads)}`;
}

function list(view: View, roads: OwnReach['roads']): Content {
  const { channel, reach } = view.texts;
  return html`<dl class="facts">${roads.map(({ kind, state, code }) => {
    const shown = state === 'active' ? reach.good : codeWords(view, code ?? `contact_${state}`);
    return html`<div><dt>${channel[channelOf(kind)]}</dt><dd>${shown}</dd></div>`;
  })}</dl>`;
}
