import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, OPTIONS, PATIENT, request, run, timed } from './fhir.samples.ts';
import { fromFhir, isFhir } from './fhir.ts';

describe('requests', () => {
  test('an accepted one carries its medication, words, ids and the default policy', () => {
    const { prescriptions } = run(timed({ repeat: day }));
    expect(prescriptions).toMatchObject([
      {
        patient: 'ana',
        externalId: 'rx',
        medication: 'Metformina 850 mg',
        instructions: 'con comida',
        policy: { critical: false, windowSeconds: 3600 },
      },
    ]);
  });

  test.each<[string, object, string]>([
    ['a draft', { status: 'draft' }, 'status'],
    ['completed', { status: 'completed' }, 'status'],
    ['on hold', { status: 'on-hold' }, 'status'],
    ['entered in error', { status: 'entered-in-error' }, 'status'],
    ['a plan', { intent: 'plan' }, 'intent'],
    ['a proposal', { intent: 'proposal' }, 'intent'],
    ['forbidden', { doNotPerform: true }, 'doNotPerform'],
    ['modified', { modifierExtension: [{ url: 'urn:x' }] }, 'modifierExtension'],
    ['without subject', { subject: undefined }, 'subject'],
    ['for somebody else', { subject: { reference: 'Patient/pat1' } }, 'subject'],
    ['without a name for the medication', { medicationCodeableConcept: {} }, 'medication[x]'],
    ['without dosage', { dosageInstruction: [] }, 'dosageInstruction'],
    ['only words', { dosageInstruction: [{ text: 'one a day' }] }, 'dosageInstruction[0].timing'],
    [
      'as needed',
      { dosageInstruction: [{ asNeededBoolean: true, timing: { repeat: day } }] },
      'dosageInstruction[0].asNeededBoolean',
    ],
    [
      'as needed for something',
      { dosageInstruction: [{ asNeededCodeableConcept: {}, timing: { repeat: day } }] },
      'dosageInstruction[0].asNeededCodeableConcept',
    ],
    ['without any start', { authoredOn: undefined }, 'dosageInstruction[0].timing.repeat.boundsPeriod.start'],
    [
      'steps without their bounds',
      {
        dosageInstruction: [
          { sequence: 1, timing: { repeat: day } },
          { sequence: 2, timing: { repeat: day } },
        ],
      },
      'dosageInstruction[0].sequence',
    ],
    [
      'one of two dosages unreadable: nothing is half-imported',
      { dosageInstruction: [{ timing: { repeat: day } }, { timing: { repeat: { ...day, when: ['HS'] } } }] },
      'dosageInstruction[1].timing.repeat.when',
    ],
  ])('refused: %s', (_, part, path) => {
    const { prescriptions, refusals } = run(timed({ repeat: day }, part));
    expect(prescriptions).toEqual([]);
    expect(refusals.map((note) => note.path)).toEqual([`MedicationRequest.${path}`]);
  });

  test('several dosages become several prescriptions; a step that is over is only a warning', () => {
    const step = (sequence: number, start: string, end?: string) => ({
      sequence,
      timing: { repeat: { ...day, boundsPeriod: { start, ...(end ? { end } : {}) } } },
    });
    const { prescriptions, refusals, warnings } = run(
      request({
        dosageInstruction: [
          step(1, '2026-01-01', '2026-01-31'),
          step(2, '2026-02-01', '2026-03-31'),
          step(3, '2026-04-01'),
        ],
      }),
    );
    expect(refusals).toEqual([]);
    expect(prescriptions.map((p) => p.externalId)).toEqual(['rx.2', 'rx.3']);
    expect(warnings.map((note) => note.path)).toEqual(['MedicationRequest.dosageInstruction[0].timing']);
  });

  test.each<[string, object]>([
    ['a coding', { medicationCodeableConcept: { coding: [{ code: '1', display: 'Metformina' }] } }],
    [
      'a contained Medication',
      {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: '#m' },
        contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'Metformina' } }],
      },
    ],
    [
      'a reference’s display',
      {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: 'Medication/9', display: 'Metformina' },
      },
    ],
  ])('the medication is named by %s', (_, part) => {
    expect(run(timed({ repeat: day }, part)).prescriptions[0]?.medication).toBe('Metformina');
  });

  test('a Bundle: subjects and medications are found by fullUrl, and every other resource is named', () => {
    const entry = (resource: object, fullUrl?: string) => ({ resource, fullUrl });
    const intake = fromFhir(
      {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          entry({ ...PATIENT, id: undefined, identifier: [{ value: 'MRN-7' }] }, 'urn:uuid:1'),
          entry({ resourceType: 'Medication', code: { text: 'Losartán' } }, 'urn:uuid:2'),
          entry(
            timed(
              { repeat: day },
              {
                subject: { reference: 'urn:uuid:1' },
                medicationCodeableConcept: undefined,
                medicationReference: { reference: 'urn:uuid:2' },
              },
            ),
          ),
          entry({ resourceType: 'Immunization', id: 'i' }),
          { request: { method: 'DELETE' } },
          'nonsense',
        ],
      },
      OPTIONS,
    );
    expect(intake.prescriptions).toMatchObject([{ patient: 'MRN-7', medication: 'Losartán' }]);
    expect(intake.refusals.map((note) => note.resource)).toEqual([
      '$.entry[4].resource',
      '$.entry[5].resource',
      'Medication#1',
      'Immunization/i',
    ]);
  });
});

describe('patients', () => {
  const patient = (part: object) => fromFhir({ ...PATIENT, ...part }, OPTIONS);

  test('name, language, zone and contact points are read', () => {
    const { patients, refusals, warnings } = patient({
      name: [
        { use: 'maiden', family: 'Rojas' },
        { use: 'official', given: ['Ana', 'María'], family: 'Quispe' },
      ],
      communication: [
        { language: { coding: [{ code: 'en' }] } },
        { preferred: true, language: { coding: [{ code: 'qu-pe' }] } },
      ],
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'America/Santiago' }],
      telecom: [
        { system: 'email', value: 'ana@example.org', rank: 2 },
        { system: 'phone', value: 'tel:+56 9 0000-1234', rank: 1 },
        { system: 'phone', value: '0051 987 654 321' },
      ],
    });
    expect(patients).toEqual([
      {
        externalId: 'ana',
        name: 'Ana María Quispe',
        locale: 'qu-PE',
        zone: 'America/Santiago',
        routine: {},
        contacts: [
          { kind: 'phone', value: '+56900001234' },
          { kind: 'email', value: 'ana@example.org' },
          { kind: 'phone', value: '+51987654321' },
        ],
        caregivers: [],
        clinicians: [],
        consent: { reminders: true },
      },
    ]);
    expect([...refusals, ...warnings]).toEqual([]);
  });

  test('contact points that cannot be used are named, and the patient stands', () => {
    const { patients, refusals, warnings } = patient({
      telecom: [
        { system: 'phone', value: '555-862-2945' },
        { system: 'fax', value: '+51 1 234 5678' },
        { system: 'email', value: 'nobody' },
        { system: 'phone', use: 'old', value: '+51987654321' },
        { system: 'phone', period: { end: '2020-01-01' }, value: '+51987654321' },
        { system: 'phone' },
      ],
      contact: [{ name: { text: 'Luis' } }],
    });
    expect(patients).toMatchObject([{ externalId: 'ana', locale: 'es', zone: 'America/Lima', contacts: [] }]);
    expect(refusals.map((note) => note.path)).toEqual([
      'Patient.telecom[0].value',
      'Patient.telecom[1]',
      'Patient.telecom[2].value',
      'Patient.telecom[3]',
      'Patient.telecom[4]',
      'Patient.telecom[5]',
    ]);
    expect(refusals[0]?.detail).toContain('E.164');
    expect(warnings.map((note) => note.path)).toEqual(['Patient.telecom', 'Patient.contact']);
  });

  test.each<[string, object, string]>([
    ['dead', { deceasedBoolean: true }, 'Patient.deceasedBoolean'],
    ['dead since', { deceasedDateTime: '2020-01-01' }, 'Patient.deceasedDateTime'],
    ['replaced', { active: false }, 'Patient.active'],
    [
      'in an unknown zone',
      { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/tz-code', valueCode: 'Mars' }] },
      'Patient.extension',
    ],
    ['nameless', { id: undefined }, 'Patient.id'],
    ['modified', { modifierExtension: [] }, 'Patient.modifierExtension'],
  ])('refused: %s, with what is prescribed to them', (_, part, path) => {
    const { patients, prescriptions, refusals } = fromFhir([{ ...PATIENT, ...part }, timed({ repeat: day })], OPTIONS);
    expect([...patients, ...prescriptions]).toEqual([]);
    expect(refusals.map((note) => note.path)).toEqual([path, 'MedicationRequest.subject']);
  });

  test('the same patient twice is taken once', () => {
    const { patients, refusals } = fromFhir([PATIENT, PATIENT], OPTIONS);
    expect(patients).toHaveLength(1);
    expect(refusals).toMatchObject([{ resource: 'Patient/ana', path: 'Patient.id' }]);
  });
});

test.each([
  [null],
  [7],
  ['text'],
  [[]],
  [{}],
  [[[[[[[]]]]]]],
  [{ resourceType: 'Bundle', entry: 7 }],
  [{ resourceType: 3 }],
])('input that is no FHIR never throws: %j', (input) => {
  const { patients, prescriptions } = fromFhir(input, OPTIONS);
  expect([...patients, ...prescriptions]).toEqual([]);
});

describe('hostile input', () => {
  /** JSON, with the keys and values that break careless readers. */
  const wild = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      'constructor',
      '__proto__',
      { toString: 1 },
      '9999-12-31',
      '9999-12-31T23:59:59-14:00',
      '\ud800',
      [null],
      -1,
    ),
    fc.dictionary(
      fc.constantFrom('constructor', 'toString', 'id', 'value', 'code', 'start', 'end', 'system'),
      fc.jsonValue({ maxDepth: 0 }),
    ),
  );
  const full = {
    ...PATIENT,
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: 'UTC' }],
    name: [{ use: 'usual', given: ['Ana'], family: 'Q' }],
    communication: [{ preferred: true, language: { coding: [{ code: 'es' }] } }],
  };
  const order = timed(
    {
      code: { coding: [{ code: 'QD' }] },
      repeat: {
        ...day,
        count: 9,
        timeOfDay: ['08:00:00'],
        dayOfWeek: ['mon'],
        boundsDuration: { value: 4, code: 'mo' },
      },
    },
    { contained: [{ id: 'm' }], medicationReference: { reference: '#m' } },
  );
  const periodic = timed(
    { repeat: { ...day, boundsPeriod: { start: '2026-03-02', end: '2027-03-02' } } },
    { id: 'rx2' },
  );
  const events = timed({ event: ['2026-04-01'] }, { id: 'rx3' });

  /** All places of a value, as paths. */
  function paths(value: unknown): (string | number)[][] {
    if (typeof value !== 'object' || value === null) return [[]];
    return [[], ...Object.entries(value).flatMap(([key, item]) => paths(item).map((path) => [key, ...path]))];
  }

  function replaced(value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown {
    if (key === undefined) return by;
    const copy = structuredClone(value) as Record<string | number, unknown>;
    copy[key] = replaced(copy[key], rest, by);
    return copy;
  }

  test('nothing that JSON can hold makes it throw, and all resources stay accounted for', () => {
    const file = [full, order, periodic, events];
    fc.assert(
      fc.property(fc.constantFrom(...paths(file).filter((path) => path.length > 1)), wild, (path, by) => {
        const { patients, prescriptions, refusals } = fromFhir(replaced(file, path, by), OPTIONS);
        const requests = new Set([
          ...prescriptions.map((p) => `MedicationRequest/${p.externalId}`),
          ...refusals.map((r) => r.resource),
        ]);
        expect(patients.length + requests.size).toBeGreaterThanOrEqual(file.length);
      }),
      { numRuns: 500, seed: 11 },
    );
  });
});

test.each<[unknown, boolean]>([
  [{ resourceType: 'Bundle' }, true],
  [[{ resourceType: 'Patient' }], true],
  [{ patients: [], prescriptions: [] }, false],
  [null, false],
  [[], false],
])('isFhir(%j) is %s', (input, expected) => {
  expect(isFhir(input)).toBe(expected);
});
