import { createTransport } from 'nodemailer';
import { bounded } from '#channels/bounded.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { type SmtpError, smtpOutcome } from './errors.ts';
import { mailOf } from './message.ts';

export interface SmtpSettings {
  /** smtp:// or smtps://, with user and password if the server wants them. */
  url: string;
  /** The sender: an address, or a name with the address in angle brackets. */
  from: string;
  /** Messages a second that the server takes. */
  perSecond: number;
  /** How long connecting and the greeting may take, and half of what one message may take; 10 s unless told. */
  timeoutMs?: number;
}

const MAX_CONNECTIONS = 10;
const MESSAGES_PER_CONNECTION = 1000;

/**
 * E-mail over SMTP (RFC 5321) by nodemailer's pooled transport (nodemailer.com/smtp/pooled). A lost reply to the final dot
 * leaves a message unknown (RFC 1047); repeating it is safe, because its Message-ID stays. Bounces that come back later
 * are not receipts here. Throws when `from` holds no address.
 */
export function createSmtpChannel({ url, from, perSecond, timeoutMs = 10_000 }: SmtpSettings): Channel {
  const [, sender, domain] = /([^\s<>@]+@([^\s<>@]+))>?\s*$/.exec(from) ?? [];
  if (sender === undefined || domain === undefined) throw new Error('the e-mail sender must hold an address');
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    maxMessages: MESSAGES_PER_CONNECTION,
    // Only a kept connection that died unused is replaced, before a byte of the message left.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  // Each message tells its own failure; the pool's copy of it has no other reader.
  transport.on('error', () => undefined);
  const inTurn = bounded(MAX_CONNECTIONS);

  const sendOne = async (message: OutboundMessage): Promise<Outcome> => {
    try {
      // One bound for the whole message: a socket's own timeout never sees a server that answers byte by byte.
      const signal = AbortSignal.timeout(2 * timeoutMs);
      const { messageId } = await transport.sendMail({ ...mailOf(message, from, domain), signal });
      return { kind: 'accepted', ref: messageId };
    } catch (error) {
      return smtpOutcome(error as SmtpError);
    }
  };

  return {
    name: 'email',
    provider: 'smtp',
    sender,
    weight: 1,
    perSecond,
    units: () => 1,
    idempotent: true,
    receipts: false,
    send: (batch) => Promise.all(batch.map((message) => inTurn(() => sendOne(message)))),
    async close() {
      transport.close();
    },
  };
}
