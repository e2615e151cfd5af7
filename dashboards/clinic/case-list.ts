import type { ClinicCase } from '#src/store/clinic.ts';
import { actions, facts, isCritical, kindBadge } from './case-parts.ts';
import { type Content, type Html, html } from './html.ts';
import { notice, page } from './layout.ts';
import type { View } from './view.ts';

/** The list shows this many cases. */
export const SHOWN = 200;

/** What the list shows: open cases, and how many patients get no reminders though they should. */
interface Shown {
  cases: ClinicCase[];
  silent: number;
  /** The tenant's own systems are no longer told. */
  isUntold: boolean;
}

/** The page of the open cases; its script asks for the list again whenever something changed. */
export function casesPage(view: View, shown: Shown): string {
  const { texts } = view;
  return page(
    view,
    { title: texts.cases.title, live: true },
    html`<div class="heading"><h1>${texts.cases.title}</h1>
<p id="live" class="live" hidden data-live="${texts.cases.live}" data-offline="${texts.cases.offline}"></p></div>
<div id="cases">${caseList(view, shown)}</div>`,
  );
}

/** The list alone. */
export function caseList(view: View, { cases, silent, isUntold }: Shown): Html {
  const { texts } = view;
  const shown = cases.slice(0, SHOWN);
  const of = (state: ClinicCase['state']) => shown.filter((each) => each.state === state);
  const count = cases.length > SHOWN ? texts.cases.more(SHOWN) : texts.cases.count(cases.length);
  return html`${notice(silent === 0 ? null : texts.cases.silent(silent))}${notice(isUntold ? texts.cases.untold : null)}
<p role="status" class="count">${cases.length === 0 ? texts.cases.none : count}</p>
${section(view, texts.cases.unattended, of('open'))}
${section(view, texts.cases.attended, of('acknowledged'))}`;
}

function section(view: View, title: string, cases: ClinicCase[]): Content {
  if (cases.length === 0) return null;
  return html`<section><h2>${title} <span class="number">${cases.length}</span></h2>
<ul class="cases">${cases.map((one) => html`<li>${card(view, one)}</li>`)}</ul></section>`;
}

function card(view: View, one: ClinicCase): Content {
  return html`<article class="card ${isCritical(one) && 'critical'}" aria-labelledby="case-${one.id}">
<header><h3 id="case-${one.id}"><a href="/clinic/cases/${one.id}">${one.patient}</a></h3>${kindBadge(view, one)}</header>
${facts(view, one)}
${actions(view, one, 'list')}
</article>`;
}
