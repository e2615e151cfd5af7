import type { OutboundMessage } from '#channels/channel.ts';
import type { App } from '../../app.ts';
import { plusSeconds } from '../../clock.ts';
import type { AttemptToSend } from '../../store/attempts.ts';
import { render } from './render.ts';

const SAMPLE_ID = '00000000-0000-7000-8000-000000000000';
/** As long as a first reminder is useful at most by default, and more. */
const USEFUL_SECONDS = 3600;

/** A message to nobody, rendered as a real one is, for what is to be known of messages before there are any. */
export function sampleMessage(
  app: App,
  of: Pick<AttemptToSend, 'channel' | 'purpose' | 'locale'> & { zone?: string },
): OutboundMessage {
  const now = app.clock.now();
  const message = render(app, {
    zone: 'UTC',
    ...of,
    id: SAMPLE_ID,
    tenantId: SAMPLE_ID,
    wroteAt: null,
    medication: null,
    doseId: SAMPLE_ID,
    localDate: '',
    escalationId: null,
    rung: 0,
    contactPointId: SAMPLE_ID,
    dueAt: now,
    expiresAt: plusSeconds(now, USEFUL_SECONDS),
    createdAt: now,
    tries: 0,
    lost: 0,
    critical: false,
    doseState: 'open',
    doseDueAt: now,
    contact: app.cipher.seal('sample'),
    contactState: 'active',
    account: null,
    code: null,
    consent: { reminders: true },
    deceased: false,
    escalationState: null,
    escalationKind: null,
    body: null,
  });
  if (message === null) throw new Error('the sample of a message cannot be rendered');
  return message;
}
