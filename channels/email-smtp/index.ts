import { batches } from '#channels/batch.ts';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { smtpConnections } from './connections.ts';
import { type SmtpError, smtpOutcome } from './errors.ts';
import { mailOf } from './message.ts';
import { fromHeader, rawMail, senderOf } from './mime.ts';

export interface SmtpSettings {
  /** smtp:// or smtps://, with user and password if the server wants them. */
  url: string;
  /** The sender: an address, or a name with the address in angle brackets. */
  from: string;
  /** Messages a second that the server takes. */
  perSecond: number;
  /** How long connecting and the greeting may take, and half of what one message may take; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

const MAX_CONNECTIONS = 40;

/**
 * E-mail over SMTP (RFC 5321) by nodemailer's connections. A lost reply to the final dot
 * leaves a message unknown (RFC 1047); repeating it is safe, because its Message-ID stays. Bounces that come back later
 * are not receipts here. Throws when `from` holds no address.
 */
export function createSmtpChannel(settings: SmtpSettings): Channel {
  const { url, from, perSecond, timeoutMs = 10_000, now = () => new Date() } = settings;
  const { address: sender, domain } = senderOf(from);
  const connections = smtpConnections({ url, timeoutMs });
  const header = fromHeader(from, sender);

  const sendOne = async (message: OutboundMessage): Promise<Outcome> => {
    try {
      const mail = mailOf(message, header, domain);
      await connections.send(sender, mail.to, rawMail(mail, now()));
      return { kind: 'accepted', ref: mail.messageId };
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
    width: MAX_CONNECTIONS,
    units: () => 1,
    idempotent: true,
    receipts: false,
    send: batches(MAX_CONNECTIONS, sendOne),
    async close() {
      connections.close();
    },
  };
}
