import { writeFileSync } from 'node:fs';
import type { CarePerson, Contact } from '#src/domain/patient.ts';
import {
  BEHAVIOURS,
  type Behaviour,
  type Hospital,
  type HospitalPatient,
  type HospitalPrescription,
} from './hospital.ts';
import { CITIES, type City, CLINICIANS, CONDITIONS, GIVEN, REPLIES, SURNAMES } from './hospital-words.ts';

const SEED = 20_261_122;
const PATIENTS = 320;
const NOTE =
  'Synthetic: made by make-hospital.ts from a seed. Every name, number, address and token is invented; nobody is described.';
/** As long as the tokens of FCM. */
const TOKEN_LENGTH = 152;

/** Draws from a seed (mulberry32), so that the same seed always makes the same hospital. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }
  weighted<T extends { weight: number }>(list: readonly T[]): T {
    let left = this.next() * list.reduce((sum, { weight }) => sum + weight, 0);
    for (const item of list) {
      left -= item.weight;
      if (left < 0) return item;
    }
    return list[0] as T;
  }
  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}

/** Makes the synthetic hospital. The same every time. */
export function makeHospital(): Hospital {
  const dice = new Dice(SEED);
  const patients: HospitalPatient[] = [];
  const prescriptions: HospitalPrescription[] = [];
  for (const [i, behaviour] of dice.shuffled(behaviours()).entries()) {
    const patient = makePatient(dice, i + 1, behaviour);
    patients.push(patient);
    const { medicines } = dice.weighted(CONDITIONS);
    for (const [n, medicine] of medicines.entries()) {
      prescriptions.push({ patient: patient.externalId, externalId: `${patient.externalId}-${n + 1}`, ...medicine });
    }
  }
  return { synthetic: true, note: NOTE, seed: SEED, patients, prescriptions };
}

/** One behaviour per patient, in their exact shares. */
function behaviours(): Behaviour[] {
  const list = Object.entries(BEHAVIOURS).flatMap(([name, percent]) =>
    Array<Behaviour>(Math.round((percent * PATIENTS) / 100)).fill(name as Behaviour),
  );
  while (list.length < PATIENTS) list.push('push_taken');
  return list.slice(0, PATIENTS);
}

function makePatient(dice: Dice, number: number, behaviour: Behaviour): HospitalPatient {
  const city = dice.weighted(CITIES);
  const given = dice.pick(GIVEN);
  const surnames = [dice.pick(SURNAMES), dice.pick(SURNAMES)];
  const replies = REPLIES[behaviour];
  return {
    externalId: `SYN-${String(number).padStart(4, '0')}`,
    name: `${given} ${surnames.join(' ')}`,
    city: city.name,
    locale: city.locale,
    zone: city.zone,
    routine: {},
    contacts: makeContacts(dice, number, behaviour, { city, words: [given, surnames[0] as string] }),
    caregivers: number % 10 === 0 ? [makeCaregiver(dice, number, city, surnames[0] as string)] : [],
    clinicians: [CLINICIANS[number % CLINICIANS.length] as CarePerson],
    consent: { reminders: true },
    behaviour,
    ...(replies ? { reply: dice.pick(replies) } : {}),
  };
}

/** Which contact points a behaviour needs; those that answer by SMS or link have a device half of the time. */
function makeContacts(
  dice: Dice,
  number: number,
  behaviour: Behaviour,
  { city, words }: { city: City; words: string[] },
): Contact[] {
  if (behaviour === 'no_contacts') return [];
  const withoutDevice = ['sms_taken', 'sms_skipped', 'link_taken', 'opted_out'].includes(behaviour);
  const onlyEmail = behaviour === 'link_taken' && dice.next() < 0.3;
  const push: Contact = { kind: 'push', value: makeToken(dice, number) };
  const phone: Contact = { kind: 'phone', value: makePhone(city, number) };
  const email: Contact = { kind: 'email', value: `${words.map(plain).join('.')}.${number}@example.org` };
  if (onlyEmail) return [email];
  return withoutDevice && dice.next() < 0.5 ? [phone, email] : [push, phone, email];
}

function makeToken(dice: Dice, number: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const head = `sim-${String(number).padStart(4, '0')}:APA91b`;
  return head + Array.from({ length: TOKEN_LENGTH - head.length }, () => dice.pick([...alphabet])).join('');
}

/** Ranges that look unassigned: +51 900 0xx xxx in Peru, +56 9 0000 xxxx in Chile. */
function makePhone({ phonePrefix, phoneDigits }: City, number: number): string {
  return phonePrefix + String(number).padStart(phoneDigits, '0');
}

function makeCaregiver(dice: Dice, number: number, city: City, surname: string): CarePerson {
  return {
    name: `${dice.pick(GIVEN)} ${surname}`,
    contacts: [{ kind: 'phone', value: makePhone(city, 5000 + number) }],
  };
}

/** Small ASCII letters, for an address. */
function plain(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[^a-zA-Z]/g, '')
    .toLowerCase();
}

if (import.meta.main) {
  // Written plain; `biome check --write` lays it out like every other JSON file.
  writeFileSync(new URL('./hospital.json', import.meta.url), `${JSON.stringify(makeHospital(), null, 2)}\n`);
}
