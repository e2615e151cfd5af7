import type { ClinicCase } from '#src/store/clinic.ts';
import type { DoseRow, DoseTrace, TraceAnswer, TraceAttempt } from '#src/store/dose-reads.ts';
import type { ThreadEntry } from '#src/store/thread.ts';
import { actions, facts, kindBadge } from './case-parts.ts';
import { type Content, html } from './html.ts';
import { notice, page } from './layout.ts';
import { bubble } from './thread.ts';
import { codeWords, localSeconds, localTime, placeOf, type View } from './view.ts';

/** A dose of the case with all that happened around it. */
export interface TracedDose {
  dose: DoseRow;
  trace: DoseTrace;
}

/** What a case is about: `doses` newest first, of which the page may leave out the oldest; what was written, oldest first. */
interface CaseFile {
  doses: TracedDose[];
  written: ThreadEntry[];
}

/** The page of one case. */
export function casePage(view: View, one: ClinicCase, { doses, written }: CaseFile, problem: string | null): string {
  const { texts } = view;
  const left = one.doseIds.length - doses.length;
  return page(
    view,
    { title: one.patient },
    html`<p class="crumb"><a href="/clinic/cases">${texts.case.backToCases}</a></p>
${notice(problem)}
<div class="heading"><h1>${one.patient}</h1>${kindBadge(view, one)}</div>
<section class="card">${facts(view, one)}
<p><a href="/clinic/patients/${one.patientId}">${texts.case.seePatient}</a></p>
<p><a href="/clinic/patients/${one.patientId}#thread">${texts.case.seeThread}</a></p>
${actions(view, one, 'case')}</section>
${written.length > 0 && html`<h2>${texts.case.wrote}</h2><ol class="thread">${written.map((entry) => bubble(view, one.zone, entry))}</ol>`}
${
  doses.length > 0 &&
  html`<h2>${texts.case.trace}</h2>
<p class="hint">${texts.case.localTime(placeOf(one.zone))}</p>`
}
${doses.map((each) => tracedDose(view, each))}
${left > 0 && html`<p>${texts.case.earlierDoses(left)}</p>`}`,
  );
}

function tracedDose(view: View, { dose, trace }: TracedDose): Content {
  const { texts } = view;
  const shown = dose.state === 'taken' && dose.late ? 'late' : dose.state;
  const rows = [
    ...trace.attempts.map((attempt) => ({ at: attempt.createdAt, row: attemptRow(view, dose, attempt) })),
    ...trace.answers.map((answer) => ({ at: answer.reportedAt, row: answerRow(view, dose, answer) })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  const { when, what, to, state, detail } = texts.columns;
  return html`<section class="card" aria-labelledby="dose-${dose.id}">
<h3 id="dose-${dose.id}">${localTime(view, dose.dueAt, dose.zone)} <span class="state ${shown}">${texts.dose[shown]}</span></h3>
${dose.reason !== null && html`<p>${texts.case.reason}: ${codeWords(view, dose.reason)}</p>`}
${
  rows.length === 0
    ? html`<p>${texts.case.noAttempts}</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="dose-${dose.id}"><table>
<thead><tr>${[when, what, to, state, detail].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(({ row }) => row)}</tbody></table></div>`
}
</section>`;
}

/** When it left, or else when it ended or should have left; when it arrived is told beside its state. */
function attemptRow({ texts, ...view }: View, { zone }: DoseRow, attempt: TraceAttempt): Content {
  const at = attempt.acceptedAt ?? attempt.endedAt ?? attempt.dueAt;
  const arrived =
    attempt.state === 'delivered' && attempt.deliveredAt !== null && ` ${localSeconds(attempt.deliveredAt, zone)}`;
  return html`<tr><td>${localSeconds(at, zone)}</td><td>${texts.channel[attempt.channel]}</td><td>${texts.purpose[attempt.purpose]}</td>
<td>${texts.attempt[attempt.state]}${arrived}</td><td>${codeWords({ texts, ...view }, attempt.code)}</td></tr>`;
}

function answerRow(
  { texts }: View,
  { zone }: DoseRow,
  { answer, road, reason, late, reportedAt }: TraceAnswer,
): Content {
  return html`<tr><td>${localSeconds(reportedAt, zone)}</td><td colspan="3">${texts.answered(texts.answer[answer], texts.road[road])}</td>
<td>${[late ? texts.lateAnswer : null, reason].filter((part) => part !== null).join(': ')}</td></tr>`;
}
