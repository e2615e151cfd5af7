import { readFileSync } from 'node:fs';
import { apiClient } from '#loadtests/story/clients.ts';
import { StartError } from '../embedded/start-error.ts';
import { fromFhir, type IntakeNote, isFhir } from '../intake/fhir.ts';

/** Patients and prescriptions as the API takes them. */
interface ApiInput {
  patients: Record<string, unknown>[];
  prescriptions: Record<string, unknown>[];
}

interface ImportStage {
  apiUrl: string;
  apiKey: string;
  now: Date;
  say: (line: string) => void;
}

/** FHIR carries no time zone: patients get this one unless their resource names theirs. */
const DEFAULT_ZONE = process.env.IMPORT_ZONE || 'America/Lima';

/**
 * Sends a file's patients and prescriptions to the API, and says of each whether it was taken, with its next dose, or why
 * not. Returns the counts. Throws `StartError` when the file is no JSON or has neither shape.
 */
export async function importFile(file: string, stage: ImportStage): Promise<Record<string, unknown>> {
  const { input, notes, warnings } = read(file, stage.now);
  const api = apiClient(stage.apiUrl, stage.apiKey);
  const refused: string[] = notes.map(inWords);
  const taken = { patients: 0, prescriptions: 0 };
  for (const { externalId, ...patient } of input.patients) {
    await api('PUT', `/v1/patients/${encodeURIComponent(String(externalId))}`, patient).then(
      () => {
        taken.patients += 1;
      },
      (error: Error) => refused.push(`patient ${externalId}: ${error.message}`),
    );
  }
  for (const prescription of input.prescriptions) {
    await api('POST', '/v1/prescriptions', prescription).then(
      () => {
        taken.prescriptions += 1;
      },
      (error: Error) => refused.push(`prescription ${prescription.externalId ?? ''}: ${error.message}`),
    );
  }
  stage.say(`imported ${taken.patients} patients and ${taken.prescriptions} prescriptions from ${file}`);
  for (const warning of warnings) stage.say(`  note: ${inWords(warning)}`);
  for (const refusal of refused) stage.say(`  refused: ${refusal}`);
  return { file, ...taken, refused: refused.length, reasons: refused };
}

function read(file: string, now: Date): { input: ApiInput; notes: IntakeNote[]; warnings: IntakeNote[] } {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new StartError(`--import ${file}: ${(error as Error).message}`);
  }
  if (isFhir(json)) {
    const { patients, prescriptions, refusals, warnings } = fromFhir(json, {
      now,
      defaultZone: DEFAULT_ZONE,
      defaultLocale: 'es',
    });
    return { input: { patients, prescriptions } as unknown as ApiInput, notes: refusals, warnings };
  }
  const { patients = [], prescriptions = [] } = json as Partial<ApiInput>;
  if (!Array.isArray(patients) || !Array.isArray(prescriptions) || patients.length + prescriptions.length === 0) {
    throw new StartError(
      `--import ${file}: expected {"patients":[…],"prescriptions":[…]} or a FHIR R4 resource or Bundle`,
    );
  }
  return { input: { patients, prescriptions }, notes: [], warnings: [] };
}

function inWords({ resource, path, detail }: IntakeNote): string {
  return `${resource} ${path}: ${detail}`;
}
