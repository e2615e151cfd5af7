import type { AdherenceReport } from '#src/reports/adherence.ts';
import type { ClinicPatient, GridDose } from '#src/store/clinic.ts';
import type { StoredPrescription } from '#src/store/prescriptions.ts';
import type { OwnReach } from '#src/store/reach.ts';
import { doseGrid } from './dose-grid.ts';
import { type Content, html } from './html.ts';
import { page } from './layout.ts';
import { reachSection } from './reach.ts';
import { type ShownThread, threadSection, type Writing } from './thread.ts';
import { dayName, type View } from './view.ts';

/** What the page of a patient shows, of the local dates [from, to]. */
export interface PatientFile {
  patient: ClinicPatient;
  prescriptions: StoredPrescription[];
  doses: GridDose[];
  report: AdherenceReport;
  from: string;
  to: string;
  reach: OwnReach;
  thread: ShownThread;
  writing: Writing;
}

export function patientPage(view: View, file: PatientFile): string {
  const { texts } = view;
  const { patient, prescriptions, doses, report } = file;
  const byPrescription = Map.groupBy(doses, (dose) => dose.prescriptionId);
  return page(
    view,
    { title: patient.name ?? patient.externalId, script: true },
    html`<p class="crumb"><a href="/clinic/cases">${texts.case.backToCases}</a></p>
<h1>${patient.name ?? patient.externalId}</h1>
<dl class="facts"><div><dt>${texts.patient.id}</dt><dd>${patient.externalId}</dd></div>
<div><dt>${texts.patient.zone}</dt><dd>${patient.zone}</dd></div></dl>
${reachSection(view, file.reach)}
${threadSection(view, patient, file.thread, file.writing)}
<h2>${texts.patient.adherence}</h2>
<p class="hint">${texts.patient.period(dayName(view, file.from), dayName(view, file.to))}</p>
${figures(view, report)}
<h2>${texts.patient.prescriptions}</h2>
<p class="hint">${texts.patient.legend}</p>
${prescriptions.length === 0 && html`<p>${texts.patient.noPrescriptions}</p>`}
${prescriptions.map((each) => prescription(view, each, byPrescription.get(each.id) ?? []))}`,
  );
}

/** Every figure beside its denominator; nothing where there is nothing to measure. */
function figures(view: View, report: AdherenceReport): Content {
  const words = view.texts.patient;
  const { expected, bounds, correctDays } = report;
  const rest = html`<p class="hint">${words.notCounted(report.open, report.excluded)}</p>`;
  if (bounds === null || correctDays === null)
    return html`<section class="card"><p>${words.noneClosed}</p>${rest}</section>`;
  const percent = (rate: number) => new Intl.NumberFormat(view.language, { style: 'percent' }).format(rate);
  const of = (part: number) => words.of(part, expected, percent(part / expected));
  const lines: [string, string][] = [
    [words.figures.taking, of(report.taken)],
    [words.figures.timing, of(report.takenInTime)],
    [words.figures.reporting, of(report.taken + report.skipped)],
    [words.figures.undelivered, of(report.undelivered)],
    [words.figures.bounds, words.between(percent(bounds[0]), percent(bounds[1]))],
    [words.figures.correctDays, words.ofDays(percent(correctDays))],
  ];
  return html`<section class="card"><dl class="figures">
${lines.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
</dl><p class="hint">${words.denominator(expected)}</p>${rest}</section>`;
}

function prescription(view: View, one: StoredPrescription, doses: GridDose[]): Content {
  const { texts } = view;
  return html`<section class="card" aria-labelledby="rx-${one.id}">
<h3 id="rx-${one.id}">${one.medication} <span class="badge">${texts.prescription[one.state]}</span>
${one.policy.critical && html`<span class="badge critical">${texts.patient.critical}</span>`}</h3>
${one.instructions !== null && html`<p>${one.instructions}</p>`}
${doses.length === 0 ? html`<p>${texts.patient.noDoses}</p>` : grid(view, one.id, doses)}
</section>`;
}

function grid(view: View, prescriptionId: string, doses: GridDose[]): Content {
  const { slots, rows } = doseGrid(doses);
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="rx-${prescriptionId}"><table class="grid">
<thead><tr><th scope="col">${view.texts.columns.day}</th>${slots.map((slot) => html`<th scope="col">${timeOfSlot(slot)}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ localDate, cells }) =>
      html`<tr><th scope="row">${dayName(view, localDate)}</th>${cells.map((dose) => cell(view, dose))}</tr>`,
  )}</tbody></table></div>`;
}

function cell({ texts }: View, dose: GridDose | null): Content {
  if (dose === null) return html`<td></td>`;
  const shown = dose.state === 'taken' && dose.late ? 'late' : dose.state;
  return html`<td class="state ${shown}">${texts.dose[shown]}</td>`;
}

/** 28800 → `08:00`. */
function timeOfSlot(slot: number): string {
  return new Date(slot * 1000).toISOString().slice(11, 16);
}
