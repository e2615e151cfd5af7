import { type EscalationKind, MISS_KINDS, REPLY_KINDS } from '#src/domain/escalation.ts';
import type { ClinicCase } from '#src/store/clinic.ts';
import { type Content, html } from './html.ts';
import { RESOLUTIONS } from './texts.ts';
import { ago, codeWords, localTime, placeOf, type View } from './view.ts';

/** Where a case's buttons lead back to. */
type Origin = 'list' | 'case';

const ROUTINE: ReadonlySet<EscalationKind> = new Set(['missed_streak', 'wrong_person', 'unclear_reply']);

/** Whether losing this case could harm: a critical dose, or what somebody wrote, unlike a streak of routine doses. */
export function isCritical({ kind }: ClinicCase): boolean {
  return !ROUTINE.has(kind);
}

/** Whether the case is about what somebody wrote. */
export function isReply({ kind }: ClinicCase): boolean {
  return kind !== 'unreachable' && REPLY_KINDS.some((each) => each === kind);
}

export function kindBadge(view: View, one: ClinicCase): Content {
  return html`<p class="badge ${isCritical(one) ? 'critical' : 'routine'}">${view.texts.kind[one.kind]}</p>`;
}

function isMiss({ kind }: ClinicCase): boolean {
  return MISS_KINDS.some((each) => each === kind);
}

/** What it is about, since when (the patient's local time), how many doses, and who attends to it. */
export function facts(view: View, one: ClinicCase): Content {
  const { texts } = view;
  return html`<dl class="facts">
${one.medication !== null && html`<div><dt>${texts.case.medication}</dt><dd>${one.medication}</dd></div>`}
<div><dt>${texts.case.since}</dt><dd><time datetime="${one.openedAt.toISOString()}">${localTime(view, one.openedAt, one.zone)}</time> (${placeOf(one.zone)}), ${ago(view, one.openedAt)}</dd></div>
${isMiss(one) && html`<div><dt>${texts.case.doses}</dt><dd>${texts.case.doseCount(one.doseIds.length)}</dd></div>`}
</dl>
${progress(view, one)}`;
}

function progress(view: View, one: ClinicCase): Content {
  const { texts } = view;
  const at = (time: Date | null) => localTime(view, time as Date, one.zone);
  if (one.state === 'resolved') {
    return html`<p class="progress">${texts.case.resolvedBy(one.resolvedBy, at(one.resolvedAt), resolutionWords(view, one.resolution as string))}</p>`;
  }
  return (
    one.state === 'acknowledged' &&
    html`<p class="progress">${texts.case.attendedBy(one.acknowledgedBy, at(one.acknowledgedAt))}</p>`
  );
}

function resolutionWords(view: View, resolution: string): string {
  const ours = RESOLUTIONS.find((each) => each === resolution);
  return ours === undefined ? codeWords(view, resolution) : view.texts.resolutions[ours];
}

/** The buttons a case still has: attend to it while nobody does, resolve it until somebody has. */
export function actions(view: View, one: ClinicCase, from: Origin): Content {
  const words = view.texts.case;
  if (one.state === 'resolved') return null;
  const back = html`<input type="hidden" name="from" value="${from}">`;
  const acknowledge = html`<form method="post" action="/clinic/cases/${one.id}/acknowledge">${back}
<button aria-label="${words.about(words.acknowledge, one.patient)}">${words.acknowledge}</button></form>`;
  return html`<div class="actions">
${one.state === 'open' && acknowledge}
<details id="resolve-${one.id}"${from === 'case' && html` open`}>
<summary aria-label="${words.about(words.resolve, one.patient)}">${words.resolve}</summary>
<form method="post" action="/clinic/cases/${one.id}/resolve">${back}
<label for="how-${one.id}">${words.resolution}</label>
<select id="how-${one.id}" name="resolution" required>
<option value="">${words.choose}</option>
${RESOLUTIONS.map((code) => html`<option value="${code}">${view.texts.resolutions[code]}</option>`)}
</select>
<button class="second">${words.confirmResolve}</button>
</form>
</details>
</div>`;
}
