import type { Contact, PatientRecord } from '../domain/patient.ts';
import type { Policy } from '../domain/policy.ts';
import type { FieldError } from '../domain/refusal.ts';
import { isZone } from '../regimen/local-time.ts';
import { isSubscription } from './subscription.ts';

const PHONE: [RegExp, string] = [
  /^\+[1-9]\d{6,14}$/,
  'must be an E.164 number such as +51987654321: a plus, the country code, digits only',
];

/** Per kind of contact point: its form, and how to mend a value that has another. */
const CONTACT_FORMS: Record<Contact['kind'], [{ test(value: string): boolean }, string]> = {
  phone: PHONE,
  whatsapp: PHONE,
  webpush: [
    { test: isSubscription },
    "must be the browser's PushSubscription as JSON, with an https endpoint and the keys p256dh and auth",
  ],
  email: [
    /^(?=.{3,254}$)[^\s@<>()[\]",;:\\\p{Cc}]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+[\p{L}\p{N}-]{2,63}$/u,
    'must be an e-mail address such as ana@example.org',
  ],
  push: [/^[\x21-\x7e]{1,4096}$/, 'must be the device token of the push service: 1 to 4096 visible ASCII characters'],
};
const WALL_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const WALL_TIME_MEND = 'must be a wall-clock time HH:mm such as 08:00';

/** What is wrong with a patient beyond the types of its fields. */
export function checkPatient(record: PatientRecord): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (field: string, detail: string) => errors.push({ field, detail });
  if (!isZone(record.zone)) refuse('zone', 'is not an IANA time zone: use a name such as America/Lima');
  if (canonicalLocale(record.locale) === null) refuse('locale', 'is not a BCP 47 language tag: use one such as es-PE');
  for (const [key, time] of Object.entries(record.routine)) {
    if (!WALL_TIME.test(time)) refuse(`routine.${key}`, WALL_TIME_MEND);
  }
  const { quietHours } = record;
  for (const key of ['from', 'to'] as const) {
    if (quietHours && !WALL_TIME.test(quietHours[key])) refuse(`quietHours.${key}`, WALL_TIME_MEND);
  }
  if (quietHours && quietHours.from === quietHours.to)
    refuse('quietHours.to', 'is the same as from: leave quietHours out to have none');
  const owners = { contacts: [record], caregivers: record.caregivers, clinicians: record.clinicians };
  for (const [owner, people] of Object.entries(owners)) {
    errors.push(
      ...checkContacts(people, (person) => (owner === 'contacts' ? 'contacts' : `${owner}[${person}].contacts`)),
    );
  }
  return errors;
}

/** Each value has the form of its kind, and nobody of one group is given the same one twice. */
function checkContacts(people: { contacts: Contact[] }[], path: (person: number) => string): FieldError[] {
  const seen = new Set<string>();
  return people.flatMap(({ contacts }, person) =>
    contacts.flatMap(({ kind, value }, i): FieldError[] => {
      const field = `${path(person)}[${i}].value`;
      const [form, mend] = CONTACT_FORMS[kind];
      if (!form.test(value)) return [{ field, detail: mend }];
      if (seen.has(`${kind} ${value}`)) return [{ field, detail: 'is given twice: keep one of them' }];
      seen.add(`${kind} ${value}`);
      return [];
    }),
  );
}

/** The tag in its canonical spelling (`es-pe` → `es-PE`); `null` when it is none. */
export function canonicalLocale(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/** What is wrong with a policy: its rungs must follow each other inside the window. */
export function checkPolicy({ ladder, windowSeconds, usefulSeconds }: Policy): FieldError[] {
  const errors: FieldError[] = [];
  if (ladder.length === 0)
    errors.push({ field: 'policy.ladder', detail: 'has no rung: give at least one, or leave it out for the default' });
  for (const [i, rung] of ladder.entries()) {
    const field = `policy.ladder[${i}].afterSeconds`;
    const before = ladder[i - 1];
    if (before !== undefined && rung.afterSeconds <= before.afterSeconds) {
      errors.push({ field, detail: 'must be later than the rung before it: put the rungs in ascending order' });
    }
    if (rung.afterSeconds >= windowSeconds) {
      errors.push({
        field,
        detail: `must be less than windowSeconds (${windowSeconds}): shorten it, or widen the window`,
      });
    }
  }
  if (usefulSeconds > windowSeconds) {
    errors.push({ field: 'policy.usefulSeconds', detail: `must be windowSeconds (${windowSeconds}) or less` });
  }
  return errors;
}
