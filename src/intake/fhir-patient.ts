import type { Contact, PatientRecord } from '../domain/patient.ts';
import { isZone } from '../regimen/local-time.ts';
import { canonicalLocale, checkPatient } from './checks.ts';
import { type Element, element, elements, firstLine, line, readMoment, refuse } from './fhir-read.ts';

/** Something of a resource that was not imported, or was with a reservation. */
export interface PathNote {
  path: string;
  detail: string;
}

/** HL7's extensions that give a Patient a time zone. */
const ZONE_EXTENSIONS = [
  'http://hl7.org/fhir/StructureDefinition/timezone',
  'http://hl7.org/fhir/StructureDefinition/tz-code',
];

const MOST_CONTACTS = 10;

/** How each ContactPoint system is read; the others (fax, pager, url, other) reach nobody. */
const SYSTEMS = new Map<unknown, { kind: Contact['kind']; scheme: RegExp; clean: RegExp }>([
  ['phone', { kind: 'phone', scheme: /^tel:/i, clean: /[\s().-]/g }],
  ['sms', { kind: 'phone', scheme: /^(sms|tel):/i, clean: /[\s().-]/g }],
  ['email', { kind: 'email', scheme: /^mailto:/i, clean: /\s/g }],
]);

/**
 * A FHIR R4 Patient as the record that PUT /v1/patients takes. Throws a `Refusal` for the patient as a whole; contact
 * points that cannot be used are listed in `refused` and the patient stands without them.
 */
export function readPatient(
  resource: Element,
  given: { now: Date; defaultZone: string; defaultLocale: string },
): { record: PatientRecord; refused: PathNote[]; warnings: PathNote[] } {
  checkAlive(resource);
  const zone = readZone(resource) ?? given.defaultZone;
  const record: PatientRecord = {
    externalId: readExternalId(resource),
    locale: readLocale(resource) ?? given.defaultLocale,
    zone,
    routine: {},
    contacts: [],
    caregivers: [],
    clinicians: [],
    consent: { reminders: true },
  };
  const name = readName(resource);
  if (name) record.name = name;
  const refused = readTelecom(resource, record, given.now);
  const [problem] = checkPatient(record);
  if (problem) refuse(`Patient.${problem.field}`, problem.detail);
  return { record, refused, warnings: readWarnings(resource, record) };
}

function checkAlive(resource: Element): void {
  if (resource.modifierExtension !== undefined) {
    refuse(
      'Patient.modifierExtension',
      'it changes what the record means and is not understood: send the patient without it',
    );
  }
  if (resource.deceasedBoolean === true)
    refuse('Patient.deceasedBoolean', 'the patient has died: nothing is scheduled');
  if (resource.deceasedDateTime !== undefined)
    refuse('Patient.deceasedDateTime', 'the patient has died: nothing is scheduled');
  if (resource.active === false) refuse('Patient.active', 'the record is not in use: send the one that replaces it');
}

/** The id of the resource, which other resources refer to; else its first business identifier. */
function readExternalId(resource: Element): string {
  const identifiers = elements(resource.identifier).filter((identifier) => identifier.use !== 'old');
  const id = firstLine(resource.id, ...identifiers.map((identifier) => identifier.value));
  if (!id || id.length > 128) refuse('Patient.id', 'give the patient an id of 1 to 128 characters');
  return id;
}

function readName(resource: Element): string | undefined {
  const names = elements(resource.name).filter((name) => name.use !== 'old' && name.use !== 'maiden');
  const name = names.find((n) => n.use === 'official' || n.use === 'usual') ?? names[0];
  if (!name) return undefined;
  const given = Array.isArray(name.given) ? name.given : [];
  return firstLine(name.text, [...given, name.family].map(line).filter(Boolean).join(' '))?.slice(0, 200);
}

function readLocale(resource: Element): string | undefined {
  const spoken = elements(resource.communication).sort(
    (a, b) => Number(b.preferred === true) - Number(a.preferred === true),
  );
  const codes = spoken.flatMap(({ language }) => elements(element(language).coding).map((coding) => coding.code));
  const tags = codes.map((code) => (typeof code === 'string' && code.length <= 35 ? canonicalLocale(code) : null));
  return tags.find((tag) => tag !== null) ?? undefined;
}

function readZone(resource: Element): string | undefined {
  const extension = elements(resource.extension).find(({ url }) => ZONE_EXTENSIONS.includes(url as string));
  if (!extension) return undefined;
  const zone = firstLine(extension.valueCode, extension.valueString);
  if (!zone || !isZone(zone)) refuse('Patient.extension', 'its time zone is not an IANA name such as America/Lima');
  return zone;
}

/** Puts the usable contact points into the record, by rank, and returns the others. */
function readTelecom(resource: Element, record: PatientRecord, now: Date): PathNote[] {
  const points = elements(resource.telecom).map((point, i) => ({ point, path: `Patient.telecom[${i}]` }));
  points.sort((a, b) => rank(a.point) - rank(b.point));
  return points.flatMap(({ point, path }): PathNote[] => {
    const contact = readContact(point, record.zone, now);
    if (typeof contact === 'string') return [{ path, detail: contact }];
    if (record.contacts.length === MOST_CONTACTS) return [{ path, detail: `only the first ${MOST_CONTACTS} are used` }];
    const { contacts, ...rest } = record;
    const problem = checkPatient({ ...rest, contacts: [...contacts, contact] }).find(({ field }) =>
      field.startsWith('contacts'),
    );
    if (problem) return [{ path: `${path}.value`, detail: problem.detail }];
    record.contacts.push(contact);
    return [];
  });
}

function rank(point: Element): number {
  return typeof point.rank === 'number' ? point.rank : Number.MAX_SAFE_INTEGER;
}

function readContact(point: Element, zone: string, now: Date): Contact | string {
  const system = SYSTEMS.get(point.system);
  if (!system) return 'only phone, sms and email are used';
  if (point.use === 'old') return 'it is marked as old';
  const end = readMoment(element(point.period).end, zone);
  if (end && (end.instant ?? end.local + 86_400_000) < now.getTime()) return 'its period has ended';
  const value = line(point.value);
  if (!value) return 'it has no value';
  return { kind: system.kind, value: value.replace(system.scheme, '').replace(system.clean, '').replace(/^00/, '+') };
}

function readWarnings(resource: Element, record: PatientRecord): PathNote[] {
  const warnings: PathNote[] = [];
  if (record.contacts.length === 0) {
    warnings.push({
      path: 'Patient.telecom',
      detail: 'no usable contact point: the doses will be undelivered until one is given',
    });
  }
  if (elements(resource.contact).length > 0) {
    warnings.push({ path: 'Patient.contact', detail: 'not imported as caregivers: add them with their consent' });
  }
  return warnings;
}
