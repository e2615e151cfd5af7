import { describe, expect, test } from 'vitest';
import { checkPatient } from '#src/intake/checks.ts';
import { BEHAVIOURS, type Behaviour, loadHospital } from './hospital.ts';
import { makeHospital } from './make-hospital.ts';

const hospital = loadHospital();
const { patients, prescriptions } = hospital;
const doses = prescriptions.flatMap(({ times }) => times);
const share = (time: string) => doses.filter((dose) => dose === time).length / doses.length;
const having = (behaviour: Behaviour) => patients.filter((patient) => patient.behaviour === behaviour);

describe('the synthetic hospital', () => {
  test('is what its generator makes, and says that it is synthetic', () => {
    expect(makeHospital()).toEqual(hospital);
    expect(hospital.synthetic).toBe(true);
    expect(hospital.note).toContain('Synthetic');
  });

  test('has the patients and doses of a hospital’s day, most at 08:00', () => {
    expect(patients).toHaveLength(320);
    expect(new Set(patients.map(({ city }) => city)).size).toBe(5);
    expect(new Set(patients.map(({ zone }) => zone))).toEqual(new Set(['America/Lima', 'America/Santiago']));
    expect(doses.length).toBeGreaterThanOrEqual(560);
    expect(share('08:00')).toBeGreaterThan(0.35);
    expect(share('08:00')).toBeLessThan(0.45);
    const order = [...new Set(doses)].sort((a, b) => share(b) - share(a));
    expect(order.slice(0, 3)).toEqual(['08:00', '20:00', '14:00']);
  });

  test.each(Object.keys(BEHAVIOURS) as Behaviour[])('somebody is %s', (behaviour) => {
    expect(having(behaviour).length).toBeGreaterThanOrEqual(3);
    expect(having(behaviour).length).toBeCloseTo((BEHAVIOURS[behaviour] * patients.length) / 100, -1);
  });

  test('misses and failures reach critical medicines too', () => {
    const critical = new Set(prescriptions.filter((p) => p.critical).map((p) => p.patient));
    for (const behaviour of ['silent', 'unreachable', 'push_taken', 'sms_taken'] as const) {
      expect(having(behaviour).some(({ externalId }) => critical.has(externalId))).toBe(true);
    }
  });

  test('every patient and contact point would be accepted, and none is shared', () => {
    for (const { behaviour: _b, city: _c, reply: _r, ...record } of patients) expect(checkPatient(record)).toEqual([]);
    const values = patients.flatMap((patient) => [patient, ...patient.caregivers].flatMap(({ contacts }) => contacts));
    expect(new Set(values.map(({ value }) => value)).size).toBe(values.length);
    for (const { kind, value } of values) {
      if (kind === 'phone') expect(value).toMatch(/^(\+519000\d{5}|\+5690000\d{4})$/);
      if (kind === 'email') expect(value).toMatch(/@example\.org$/);
      if (kind === 'push') expect(value).toMatch(/^sim-.{140,}$/);
    }
  });

  test('each behaviour has the contact points that it needs', () => {
    const kinds = (behaviour: Behaviour) => having(behaviour).map(({ contacts }) => contacts.map(({ kind }) => kind));
    for (const behaviour of [
      'push_taken',
      'push_late',
      'push_skipped',
      'snooze_then_taken',
      'dead_push_then_sms',
    ] as const) {
      expect(kinds(behaviour).every((list) => list.includes('push') && list.includes('phone'))).toBe(true);
    }
    for (const behaviour of ['sms_taken', 'sms_skipped', 'opted_out'] as const) {
      expect(kinds(behaviour).every((list) => list.includes('phone'))).toBe(true);
      expect(having(behaviour).every(({ reply }) => behaviour === 'opted_out' || reply !== undefined)).toBe(true);
    }
    expect(kinds('link_taken').some((list) => list.join() === 'email')).toBe(true);
    expect(kinds('sms_taken').some((list) => !list.includes('push'))).toBe(true);
    expect(kinds('no_contacts').flat()).toEqual([]);
  });

  test('everybody has a clinician, about a tenth a caregiver, and prescriptions have patients', () => {
    expect(patients.every(({ clinicians }) => clinicians.length === 1)).toBe(true);
    expect(new Set(patients.map(({ clinicians }) => clinicians[0]?.name)).size).toBe(5);
    const cared = patients.filter(({ caregivers }) => caregivers.length > 0).length / patients.length;
    expect(cared).toBeGreaterThan(0.06);
    expect(cared).toBeLessThan(0.14);
    const ids = new Set(patients.map(({ externalId }) => externalId));
    expect(prescriptions.every(({ patient }) => ids.has(patient))).toBe(true);
    expect(new Set(prescriptions.map(({ externalId }) => externalId)).size).toBe(prescriptions.length);
    expect(new Set(prescriptions.map(({ patient }) => patient)).size).toBe(patients.length);
  });
});
