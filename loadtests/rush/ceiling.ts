import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import type { OutboundMessage } from '#channels/channel.ts';
import { serviceAccountCredential } from '#channels/push-fcm/credential.ts';
import { fcmMessage } from '#channels/push-fcm/message.ts';
import { eachOf } from '#loadtests/story/clients.ts';
import type { Stage } from './stage.ts';
import { heldAgainst, rateOf, type Seen, type Witness } from './witness.ts';

/** As many as dosebell's own adapter opens. */
const STREAMS = 100;
const TIMEOUT_MS = 10_000;

/**
 * The ceiling: the messages over one HTTP/2 connection as fast as a client can, with nothing around it: bodies made
 * beforehand, no database, no queue. Returns messages per second; `warmUp` is sent first and not counted.
 */
export async function measureCeiling(
  stage: Stage,
  provider: Witness,
  { warmUp, messages }: { warmUp: OutboundMessage[]; messages: OutboundMessage[] },
): Promise<{ perSecond: number; seen: Seen }> {
  const { simulator } = stage;
  const account = JSON.parse(readFileSync(simulator.serviceAccount, 'utf8'));
  const { access_token: token } = await serviceAccountCredential(account, TIMEOUT_MS).getAccessToken();
  const path = `/v1/projects/${account.project_id}/messages:send`;
  const bodies = [...warmUp, ...messages].map((message) => JSON.stringify(fcmMessage(message, new Date())));
  const session = connect(simulator.fcm, { ca: readFileSync(simulator.caFile) });
  const post = (body: string) => postOne(session, path, token, body);
  await eachOf(bodies.slice(0, warmUp.length), STREAMS, post);
  const start = new Date();
  await eachOf(bodies.slice(warmUp.length), STREAMS, post);
  session.close();
  const ids = messages.map((message) => message.attemptId);
  const seen = heldAgainst(await provider.ledger(), [...warmUp.map((message) => message.attemptId), ...ids], ids);
  return { perSecond: rateOf(messages.length, start, seen), seen };
}

function postOne(session: ClientHttp2Session, path: string, token: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
    let status = 0;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('error', reject);
    stream.on('end', () => (status === 200 ? resolve() : reject(new Error(`the simulator answered ${status}`))));
    stream.resume();
    stream.end(body);
  });
}
