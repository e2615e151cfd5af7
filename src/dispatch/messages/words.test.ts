import { beforeEach, expect, it } from 'vitest';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { clear, driveTo } from '#test/helpers/drive.ts';
import type { ChannelName } from '../../domain/attempt.ts';
import type { Conversation } from '../../domain/conversation.ts';
import { writeConversation } from '../../store/conversations.ts';
import { createTenant } from '../../store/tenants.ts';
import { forgetWords } from '../../texts/own.ts';

const app = await testDispatcher();
app.config.schedule.shards = 1; // both tenants share a chunk
const other = await createTenant(app.sql, 'Clínica Dos', app.clock.now());
const DUE = '2026-11-23T13:00:00Z'; // 08:00 in Lima

beforeEach(() => clear(app));

async function dueBy(channel: ChannelName, words: Conversation, tenant = app.tenantId): Promise<void> {
  await writeConversation(app.sql, tenant, words);
  forgetWords(app, tenant);
  const as = { ...app, tenantId: tenant };
  const policy = { ladder: [{ afterSeconds: 0, channel, to: 'patient' as const }] };
  await seedPrescription(as, await seedPatient(as), { medication: 'Warfarina 5 mg', policy });
}

it("two tenants' messages of one chunk leave in the words of each", async () => {
  app.clock.set('2026-11-23T12:00:00Z');
  await dueBy('sms', { clinic: 'MedTrack', texts: { es: { 'reminder.sms': '{{ clinic }}: {{ time }} {{ link }}' } } });
  await dueBy('sms', {}, other.tenantId);
  await driveTo(app, new Date(DUE));
  const texts = app.scripted.sms.sent.map(({ text }) => text.replace(/https?:\S+/, 'LINK'));
  expect(texts.sort()).toEqual([
    'MedTrack: 08:00 LINK',
    'Su medicina de las 08:00. Responda 1 si ya la tomo, 2 si no, LUEGO si mas tarde. LINK',
  ]);
});

it.each([
  ['email', { medication: ['email'] }, true],
  ['sms', { medication: ['email'] }, false],
  ['push', {}, false],
] as [ChannelName, Conversation['detail'], boolean][])(
  'on %s with %j the medication is named: %s',
  async (channel, detail, named) => {
    app.clock.set('2026-11-23T12:00:00Z');
    await dueBy(channel, { detail: detail ?? {} });
    await driveTo(app, new Date(DUE));
    expect(app.scripted[channel].sent).toHaveLength(1);
    expect(app.scripted[channel].sent[0]?.text.includes('Warfarina')).toBe(named);
  },
);

it('words that cannot be filled in keep no reminder from leaving: the shipped ones are sent', async () => {
  app.clock.set('2026-11-23T12:00:00Z');
  await dueBy('sms', { texts: { es: { 'reminder.sms': '{{ time' } } });
  await driveTo(app, new Date(DUE));
  expect(app.scripted.sms.sent[0]?.text).toContain('Su medicina de las 08:00.');
});
