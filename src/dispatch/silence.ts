import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { verdictOn } from '../escalation/silence.ts';
import { expand, hasMoreAfter } from '../regimen/expand.ts';
import { closeIncidents, growIncidents, openIncidents } from '../store/incidents.ts';
import {
  claimLook,
  departuresOf,
  type ExpectedDose,
  type Expecting,
  expectingAfter,
  explainedAbsences,
  finishLook,
  leaseLook,
} from '../store/silence.ts';
import { transaction } from '../store/transaction.ts';
import { logBegun, logOver } from './incidents.ts';
import { type Found, type Judged, nameOf, SilenceBook, silencesOf } from './silence-book.ts';

/** Doses are looked at this long after they were due: the widest spread of a tenant's reminders, and two minutes to leave. */
const GRACE_SECONDS = 420;
/** A message should have left this long after its moment. */
const LEAVING_SECONDS = 120;
/** A look is worth its cost once it has this much to look at. */
const STEP_SECONDS = 60;
/** After a longer pause than this what came before is not looked at: by then a patient's next dose tells. */
const CATCH_UP_SECONDS = 86_400;
/** A scheduler that died at it holds the look up for no longer. */
const LEASE_SECONDS = 30;
/** Prescriptions read at once: some 20 ms of expanding. */
const PAGE = 2000;
/** The silence of a course's last dose is told for so long; of a prescription that was stopped it ends at once. */
const RECENT_SECONDS = 86_400;
/** Before every id. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * The dead-man's switch. Expands every active prescription anew, over the due times since the last look, and holds what
 * should have rung against what left. One scheduler looks at a time; what is found is written once, at the end. Returns
 * whether this call looked.
 */
export async function lookForSilence(app: App, stopping?: AbortSignal): Promise<boolean> {
  const { sql, clock, log } = app;
  const now = clock.now();
  const to = plusSeconds(now, -GRACE_SECONDS);
  const before = plusSeconds(to, -STEP_SECONDS);
  const from = await claimLook(sql, { now, before, first: before, leaseUntil: plusSeconds(now, LEASE_SECONDS) });
  if (from === null) return false;
  const earliest = plusSeconds(to, -CATCH_UP_SECONDS);
  if (from < earliest)
    log.warn({ from, to: earliest }, 'the silence check was away for too long: doses were not looked at');
  const found = await look(app, { from, since: from < earliest ? earliest : from, to }, stopping);
  if (found === null) {
    await leaseLook(sql, from, clock.now());
    return false;
  }
  const end = clock.now();
  const told = await transaction(sql, async (tx) => {
    if (!(await finishLook(tx, { from, to, now: end }))) return null;
    const begun = await growIncidents(tx, found.open, end);
    return { begun, over: await closeIncidents(tx, found.over, end) };
  });
  logBegun(log, told?.begun ?? []);
  logOver(log, told?.over ?? []);
  return told !== null;
}

/** Reads the prescriptions page by page. Null: it was told to stop. */
async function look(
  app: App,
  { from, since, to }: { from: Date; since: Date; to: Date },
  stopping?: AbortSignal,
): Promise<Found | null> {
  const silences = (await openIncidents(app.sql)).filter(({ kind }) => kind.endsWith('_silent'));
  const known = new Set(silences.map(nameOf));
  const expecting = new Set<string>();
  const recently = plusSeconds(to, -RECENT_SECONDS);
  const book = new SilenceBook(known);
  let after: Pick<Expecting, 'tenantId' | 'patientId' | 'id'> = { tenantId: FIRST, patientId: FIRST, id: FIRST };
  for (;;) {
    if (stopping?.aborted) return null;
    const page = await expectingAfter(app.sql, after, PAGE);
    for (const judged of await judge(app, page, { from: since, to })) book.enter(judged);
    for (const prescription of page) {
      for (const name of silencesOf(prescription).map(nameOf)) {
        if (known.has(name) && !expecting.has(name) && expectsMore(prescription, recently)) expecting.add(name);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) {
      const found = book.close();
      found.over.push(...silences.filter((silence) => !expecting.has(nameOf(silence))));
      return found;
    }
    after = last;
    await leaseLook(app.sql, from, plusSeconds(app.clock.now(), LEASE_SECONDS));
  }
}

/** The verdict on every dose that these prescriptions should have had in the window, in their order. */
async function judge({ sql, clock, log }: App, page: Expecting[], window: { from: Date; to: Date }): Promise<Judged[]> {
  const doses: ExpectedDose[] = [];
  const judged: Judged[] = [];
  for (const prescription of page) {
    try {
      for (const { at, localDate, slot } of expand(prescription.regimen, prescription.zone, window.from, window.to))
        doses.push({ prescription, localDate, slot, at });
    } catch (error) {
      log.error({ prescription: prescription.id, reason: (error as Error).message }, 'a regimen cannot be expanded');
      judged.push({ patient: prescription, verdict: 'silent' });
    }
  }
  if (doses.length > 0) {
    const found = await departuresOf(sql, doses, plusSeconds(clock.now(), -LEAVING_SECONDS));
    const absent = doses.flatMap((dose, n) => (found.has(n) ? [] : [{ ...dose, n }]));
    // Before its last change the prescription may have meant other times, and nobody knows which.
    const unexplained = absent.filter(({ at, prescription }) => at >= prescription.changedAt);
    const explained = await explainedAbsences(sql, unexplained);
    const silent = new Set(unexplained.flatMap(({ n }, i) => (explained.has(i) ? [] : [n])));
    for (const [n, { prescription }] of doses.entries()) {
      const departure = found.get(n);
      const absence = silent.has(n) ? 'silent' : 'explained';
      judged.push({ patient: prescription, verdict: departure === undefined ? absence : verdictOn(departure) });
    }
  }
  const placeOf = new Map(page.map(({ patientId }, place) => [patientId, place]));
  const place = ({ patient }: Judged) => placeOf.get(patient.patientId) as number;
  return judged.sort((a, b) => place(a) - place(b));
}

function expectsMore({ regimen, zone }: Expecting, at: Date): boolean {
  try {
    return hasMoreAfter(regimen, zone, at);
  } catch {
    return true;
  }
}
