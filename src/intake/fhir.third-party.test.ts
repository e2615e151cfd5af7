import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkRegimen } from '../regimen/validate.ts';
import { fromFhir, type Intake } from './fhir.ts';

/** HL7's, US Core's and Synthea's own files; see their SOURCES.md. They are read beside the checkout and never edited. */
const FOLDER = new URL('../../../shared/data/fhir/', import.meta.url);
const here = existsSync(FOLDER);
if (!here) console.warn('third-party FHIR files are not beside the checkout: skipped');
const NOW = new Date('2026-11-22T12:00:00Z');
const OPTIONS = { now: NOW, defaultZone: 'America/Lima', defaultLocale: 'es' };

interface Resource {
  resourceType: string;
  id?: string;
  entry?: { resource: Resource }[];
}

function resourcesOf(resource: Resource): Resource[] {
  return resource.resourceType === 'Bundle'
    ? (resource.entry ?? []).flatMap((entry) => resourcesOf(entry.resource))
    : [resource];
}

/** The resources of a file that are neither accepted nor refused: there must be none. */
function unaccounted(file: Resource, intake: Intake): string[] {
  const accounted = new Set([
    ...intake.patients.map((patient) => `Patient/${patient.externalId}`),
    ...intake.prescriptions.map(
      (prescription) => `MedicationRequest/${prescription.externalId?.replace(/\.\d+$/, '')}`,
    ),
    ...intake.refusals.map((note) => note.resource),
  ]);
  return resourcesOf(file)
    .map(({ resourceType, id }) => `${resourceType}/${id}`)
    .filter((name) => !accounted.has(name));
}

describe.skipIf(!here)('files of others', () => {
  const folders = here ? readdirSync(FOLDER) : [];
  test.each(folders)('%s: every resource is accepted or refused by name', (folder) => {
    const directory = new URL(`${folder}/`, FOLDER);
    const reasons = new Map<string, number>();
    const counts = { files: 0, resources: 0, patients: 0, prescriptions: 0, refusals: 0 };
    for (const name of readdirSync(directory)) {
      const file = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as Resource;
      const intake = fromFhir(file, OPTIONS);
      expect([name, unaccounted(file, intake)]).toEqual([name, []]);
      const zones = new Map(intake.patients.map((patient) => [patient.externalId, patient.zone]));
      for (const { regimen, patient } of intake.prescriptions) {
        expect([name, checkRegimen(regimen, zones.get(patient) as string, NOW)]).toEqual([name, []]);
      }
      counts.files += 1;
      counts.resources += resourcesOf(file).length;
      counts.patients += intake.patients.length;
      counts.prescriptions += intake.prescriptions.length;
      counts.refusals += intake.refusals.length;
      for (const { path, detail } of intake.refusals) {
        const reason = `${path.replace(/\d+/g, 'n')}: ${detail.replace(/subject \S+/, 'subject …')}`;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    const top = [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 8);
    console.log(folder, counts, `\n${top.map(([reason, count]) => `  ${count} × ${reason}`).join('\n')}`);
    expect(counts.files).toBeGreaterThan(0);
  });

  test('HL7’s orders with their patient beside them: timings decide', () => {
    const directory = new URL('official-r4-4.0.1/', FOLDER);
    const names = readdirSync(directory).filter((name) => name.startsWith('MedicationRequest'));
    const orders = names.map((name) => JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as Resource);
    const { prescriptions, refusals } = fromFhir([{ resourceType: 'Patient', id: 'pat1' }, ...orders], OPTIONS);
    const table = refusals.map((note) => `  ${note.resource} ${note.path}: ${note.detail}`);
    console.log(`HL7 orders accepted: ${prescriptions.map((p) => p.externalId).join(' ')}\n${table.join('\n')}`);
    expect(prescriptions.length).toBeGreaterThanOrEqual(4);
    expect(
      unaccounted(
        { resourceType: 'Bundle', entry: orders.map((resource) => ({ resource })) },
        { patients: [], prescriptions, refusals, warnings: [] },
      ),
    ).toEqual([]);
  });
});
