import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS, CONTACT_KIND } from '../domain/attempt.ts';
import { completePolicy, type Rung } from '../domain/policy.ts';
import { type DoseSituation, nextAction } from './next.ts';

const DUE = new Date('2026-11-23T13:00:00Z');
const minutes = (n: number) => new Date(DUE.getTime() + n * 60_000);
const contact = (owner: 'patient' | 'caregiver', kind: 'push' | 'phone' | 'email', state = 'active') => ({
  id: `${owner}-${kind}`,
  owner,
  kind,
  state,
  stateCode: null,
});
const ALL = [
  contact('patient', 'push'),
  contact('patient', 'phone'),
  contact('patient', 'email'),
  contact('caregiver', 'phone'),
];

/** A routine dose before its first reminder, everything reachable. */
function dose(given: Partial<DoseSituation> = {}): DoseSituation {
  return {
    state: 'planned',
    dueAt: DUE,
    windowEndsAt: minutes(60),
    rung: 0,
    policy: completePolicy({}),
    channels: new Set(CHANNELS),
    consent: { reminders: true },
    canRead: true,
    quietUntil: null,
    contacts: ALL,
    reached: false,
    pending: false,
    lastCode: null,
    ...given,
  };
}
const opened = (rung: number, given: Partial<DoseSituation> = {}) => dose({ state: 'open', rung, ...given });
const send = (rung: number, contactPointId: string, next: number, skipped: object[] = []) => ({
  do: 'send',
  rung,
  contactPointId,
  nextAt: minutes(next),
  skipped,
});
const wait = (rung: number, next: number, codes: string[] = []) => ({
  do: 'wait',
  rung,
  nextAt: minutes(next),
  skipped: codes.map((code) => expect.objectContaining({ code })),
});
const end = (state: string, reason: string | null) => ({ do: 'end', state, reason });

describe('the next action', () => {
  const critical = completePolicy({ critical: true });
  const only = (channel: Rung['channel']) => completePolicy({ ladder: [{ afterSeconds: 0, channel, to: 'patient' }] });
  const AT_NIGHT = { reminders: true, criticalInQuietHours: true };
  it.each([
    // The ladder, rung by rung.
    { name: 'at its time: the first rung', dose: dose(), at: 0, is: send(0, 'patient-push', 10) },
    { name: 'the second rung', dose: opened(1), at: 10, is: send(1, 'patient-phone', 20) },
    { name: 'the last rung: then the window', dose: opened(2), at: 20, is: send(2, 'patient-email', 60) },
    {
      name: 'critical: the call',
      dose: opened(2, { policy: critical }),
      at: 15,
      is: { ...send(2, 'patient-phone', 20), channel: 'voice' },
    },
    {
      name: 'critical: the caregiver',
      dose: opened(4, { policy: critical }),
      at: 30,
      is: send(4, 'caregiver-phone', 60),
    },
    { name: 'no rung left', dose: opened(3), at: 30, is: wait(3, 60) },
    {
      name: 'a rung hastened by a failure keeps the times of those after it',
      dose: opened(1),
      at: 0,
      is: send(1, 'patient-phone', 20),
    },
    {
      name: 'a rung after an outage keeps the distance to the next',
      dose: opened(1),
      at: 35,
      is: send(1, 'patient-phone', 45),
    },
    {
      name: 'a distance past the window ends at the window',
      dose: opened(1),
      at: 55,
      is: send(1, 'patient-phone', 60),
    },
    { name: 'an empty ladder', dose: dose({ policy: completePolicy({ ladder: [] }) }), at: 0, is: wait(0, 60) },
    // Useful time.
    { name: 'the last useful moment', dose: dose(), at: 15, is: send(0, 'patient-push', 25) },
    { name: 'a first reminder past its useful time', dose: dose(), at: 15.01, is: end('undelivered', 'too_late') },
    {
      name: 'a first reminder put off by the patient is not late',
      dose: opened(0),
      at: 16,
      is: send(0, 'patient-push', 26),
    },
    // The end of the window.
    { name: 'window over, reached', dose: opened(3, { reached: true }), at: 60, is: end('missed', null) },
    {
      name: 'window over, reached, another still under way',
      dose: opened(3, { reached: true, pending: true }),
      at: 60,
      is: end('missed', null),
    },
    { name: 'window over, refused', dose: opened(3, { lastCode: '30003' }), at: 60, is: end('undelivered', '30003') },
    {
      name: 'window over, fate open: looks again',
      dose: opened(3, { pending: true }),
      at: 60,
      is: wait(3, 60 + 5 / 60),
    },
    {
      name: 'window over for long, fate open',
      dose: opened(3, { pending: true }),
      at: 63,
      is: end('undelivered', 'outcome_unknown'),
    },
    { name: 'window over, never begun', dose: dose(), at: 60, is: end('undelivered', 'too_late') },
    // What cannot be tried is passed over at once, and says why.
    {
      name: 'no device',
      dose: dose({ contacts: ALL.slice(1) }),
      at: 0,
      is: send(1, 'patient-phone', 20, [{ rung: 0, channel: 'push', to: 'patient', code: 'no_contact' }]),
    },
    {
      name: 'opted out',
      dose: opened(1, { contacts: [contact('patient', 'phone', 'opted_out')] }),
      at: 10,
      is: wait(3, 60, ['contact_opted_out', 'no_contact']),
    },
    {
      name: 'invalid, but a second number works',
      dose: opened(1, {
        contacts: [contact('patient', 'phone', 'invalid'), { ...contact('patient', 'phone'), id: 'second' }],
      }),
      at: 10,
      is: send(1, 'second', 20),
    },
    {
      name: 'no consent',
      dose: dose({ consent: { reminders: false } }),
      at: 0,
      is: wait(3, 60, ['no_consent', 'no_consent', 'no_consent']),
    },
    {
      name: 'consent for e-mail only',
      dose: dose({ consent: { reminders: true, channels: ['email'] } }),
      at: 0,
      is: { ...send(2, 'patient-email', 60), skipped: expect.any(Array) },
    },
    {
      name: 'quiet hours that end inside the window are waited for',
      dose: dose({ quietUntil: minutes(25) }),
      at: 0,
      is: wait(0, 25, ['quiet_hours']),
    },
    {
      name: 'after them the ladder goes on with its own distances',
      dose: opened(0),
      at: 25,
      is: send(0, 'patient-push', 35),
    },
    {
      name: 'quiet hours that outlast the window: the next rung keeps its own time',
      dose: dose({ quietUntil: minutes(60) }),
      at: 0,
      is: wait(1, 10, ['quiet_hours']),
    },
    {
      name: 'quiet hours, critical: waited for as by any other',
      dose: dose({ quietUntil: minutes(25), policy: critical }),
      at: 0,
      is: wait(0, 25, ['quiet_hours']),
    },
    {
      name: 'quiet hours, critical, with consent to that',
      dose: dose({ quietUntil: minutes(25), policy: critical, consent: AT_NIGHT }),
      at: 0,
      is: send(0, 'patient-push', 10),
    },
    {
      name: 'quiet hours, routine, with consent for critical ones',
      dose: dose({ quietUntil: minutes(25), consent: AT_NIGHT }),
      at: 0,
      is: wait(0, 25, ['quiet_hours']),
    },
    ...['push', 'webpush', 'sms', 'whatsapp', 'voice', 'email'].map((channel) => ({
      name: `who cannot read is called instead of reached by ${channel}`,
      dose: dose({ canRead: false, policy: only(channel as Rung['channel']) }),
      at: 0,
      is: { ...send(0, 'patient-phone', 60), channel: 'voice' },
    })),
    {
      name: 'who cannot read and did not agree to calls is written to',
      dose: dose({ canRead: false, consent: { reminders: true, channels: ['push', 'sms'] } }),
      at: 0,
      is: { ...send(0, 'patient-push', 10), channel: 'push' },
    },
    {
      name: 'who cannot read and has no phone is written to',
      dose: dose({ canRead: false, contacts: [contact('patient', 'push')] }),
      at: 0,
      is: { ...send(0, 'patient-push', 10), channel: 'push' },
    },
    {
      name: 'who cannot read is written to where nobody can be called',
      dose: dose({ canRead: false, channels: new Set(['push', 'sms']) }),
      at: 0,
      is: { ...send(0, 'patient-push', 10), channel: 'push' },
    },
    {
      name: 'the caregiver of who cannot read is written to',
      dose: opened(4, { canRead: false, policy: critical }),
      at: 30,
      is: { ...send(4, 'caregiver-phone', 60), channel: 'sms' },
    },
    {
      name: "a caregiver's number is not the patient's",
      dose: opened(1, { contacts: [contact('caregiver', 'phone')] }),
      at: 10,
      is: wait(3, 60, ['no_contact', 'no_contact']),
    },
  ])('$name', ({ dose, at, is }) => {
    expect(nextAction(dose, minutes(at))).toMatchObject(is);
  });
});

describe('whatever the policy, the contacts and the delays', () => {
  const rung: fc.Arbitrary<Rung> = fc.record({
    afterSeconds: fc.nat(7200),
    channel: fc.constantFrom(...CHANNELS),
    to: fc.constantFrom('patient', 'caregiver'),
  });
  const situation = fc.record({
    ladder: fc.array(rung, { maxLength: 6 }).map((rungs) => rungs.sort((a, b) => a.afterSeconds - b.afterSeconds)),
    windowSeconds: fc.integer({ min: 1, max: 7200 }),
    usefulSeconds: fc.nat(7200),
    critical: fc.boolean(),
    quietUntil: fc.option(fc.nat(10_000).map((seconds) => new Date(DUE.getTime() + seconds * 1000))),
    contacts: fc.subarray(ALL.flatMap((c) => [c, { ...c, id: `${c.id}-gone`, state: 'invalid' }])),
    reached: fc.boolean(),
    pending: fc.boolean(),
    delays: fc.array(fc.nat(3000), { minLength: 40, maxLength: 40 }),
  });

  it('the actions come to an end in order, nothing is sent after the window, and each rung at most once', () => {
    fc.assert(
      fc.property(situation, ({ ladder, windowSeconds, usefulSeconds, critical, delays, ...facts }) => {
        const policy = completePolicy({ ladder, windowSeconds, usefulSeconds, critical });
        const windowEndsAt = new Date(DUE.getTime() + windowSeconds * 1000);
        let now = dose({ ...facts, policy, windowEndsAt });
        let at = DUE;
        const tried: number[] = [];
        for (const [step, delay] of delays.entries()) {
          const quietUntil = now.quietUntil !== null && at < now.quietUntil ? now.quietUntil : null;
          now = { ...now, quietUntil };
          const action = nextAction(now, at);
          if (action.do === 'end') {
            expect(step).toBeLessThan(delays.length);
            return;
          }
          // A rung that waits for the end of the quiet hours is tried then.
          tried.push(...action.skipped.map((skip) => skip.rung).filter((rung) => rung < action.rung));
          if (action.do === 'send') {
            expect(at < windowEndsAt, 'sent after the window').toBe(true);
            expect(quietUntil, 'sent in quiet hours').toBeNull();
            tried.push(action.rung);
            const used = now.contacts.find((c) => c.id === action.contactPointId);
            const asked = ladder[action.rung] as Rung;
            expect(used).toMatchObject({ owner: asked.to, kind: CONTACT_KIND[asked.channel], state: 'active' });
          }
          expect(tried).toEqual([...tried.keys()]); // every rung once, in order, none left out
          expect(action.nextAt >= at, 'time runs back').toBe(true);
          now = { ...now, state: 'open', rung: action.do === 'send' ? action.rung + 1 : action.rung };
          at = new Date(Math.max(action.nextAt.getTime(), at.getTime() + 1) + delay);
        }
        // A fate that stays open is looked at every few seconds, but not for ever.
        expect(facts.pending).toBe(true);
        expect(nextAction(now, new Date(windowEndsAt.getTime() + 180_000)).do).toBe('end');
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
