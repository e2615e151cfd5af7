import type { OutboundMessage } from '#channels/channel.ts';
import type { App } from '#src/app.ts';
import { plusSeconds } from '#src/clock.ts';
import { render } from '#src/dispatch/messages/render.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { deviceToken, ZONE } from './seed.ts';

/**
 * `count` reminders as dosebell would render them for the same patients, each with an attempt id of its own: what the bare
 * loop and the naive service send.
 */
export function reminders(app: App, count: number): OutboundMessage[] {
  const now = app.clock.now();
  const id = uuidv7(now);
  const message = render(app, {
    id,
    tenantId: id,
    patientId: id,
    doseId: id,
    localDate: now.toISOString().slice(0, 10),
    escalationId: null,
    purpose: 'reminder',
    rung: 0,
    channel: 'push',
    contactPointId: id,
    dueAt: now,
    expiresAt: plusSeconds(now, 900),
    createdAt: now,
    tries: 0,
    critical: false,
    doseState: 'open',
    doseDueAt: now,
    contact: app.cipher.seal(deviceToken(0)),
    contactState: 'active',
    contactCode: null,
    locale: 'es-PE',
    zone: ZONE,
    consent: { reminders: true },
    escalationState: null,
  });
  if (message === null) throw new Error('the reminder cannot be rendered');
  return Array.from({ length: count }, (_, n) => ({
    ...message,
    attemptId: uuidv7(now),
    doseId: uuidv7(now),
    to: deviceToken(n),
  }));
}
