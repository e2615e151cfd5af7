import twilio from 'twilio';
import { afterAll } from 'vitest';
import { buildServer } from '#src/http/server.ts';
import { type TestDispatcher, testDispatcher } from './dispatcher.ts';
import { driveTo } from './drive.ts';

/** A service that sends by scripted channels and hears by Twilio's webhook. */
export interface ConversationBench {
  app: TestDispatcher;
  /** Sends what is due at this wall-clock time in Lima, on the day all tests happen on. */
  at(time: string): Promise<void>;
  /** A text message as Twilio hands it over, signed; returns what is answered, null for nothing. */
  say(body: string, given?: { sid?: string; from?: string }): Promise<string | null>;
  /** The states of the doses that were due, by time then name: "08:00 taken". */
  states(): Promise<string[]>;
}

export const PHONE = '+51987000001';

export async function conversationBench(): Promise<ConversationBench> {
  const app = await testDispatcher();
  const server = await buildServer(app);
  afterAll(() => server.close());
  let sids = 0;
  return {
    app,
    at: (time) => driveTo(app, new Date(`2026-11-23T${time}:00-05:00`)),
    async say(body, { sid = `SM${++sids}`, from = PHONE } = {}) {
      const form = { MessageSid: sid, From: from, To: '+15005550006', Body: body };
      const url = '/webhooks/twilio/messages';
      const token = app.config.sms.twilio?.authToken as string;
      const response = await server.inject({
        method: 'POST',
        url,
        payload: new URLSearchParams(form).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': twilio.getExpectedTwilioSignature(token, app.config.http.publicUrl + url, form),
        },
      });
      if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
      return /<Message>(.*)<\/Message>/.exec(response.body)?.[1] ?? null;
    },
    async states() {
      const rows = await app.sql<{ dueAt: Date; state: string; name: Uint8Array }[]>`
        SELECT d.due_at AS "dueAt", d.state, p.name FROM doses d JOIN patients p ON p.id = d.patient_id
        WHERE d.due_at <= ${app.clock.now()}`;
      return rows
        .map(({ dueAt, state, name }) => {
          const time = new Date(dueAt.getTime() - 5 * 3600_000).toISOString().slice(11, 16);
          return `${time} ${app.cipher.open(name).split(' ')[0]} ${state}`;
        })
        .sort();
    },
  };
}
