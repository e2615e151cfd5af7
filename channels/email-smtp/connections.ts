import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpError } from './errors.ts';

interface Settings {
  url: string;
  /** How long connecting and the greeting may take, and half of what one message may take. */
  timeoutMs: number;
}

/** A connection that sent at least one message and may send more. */
interface Kept {
  connection: SMTPConnection;
  sent: number;
  isDead: boolean;
}

/** What leaves, and whether the server was ready for it: before that not a byte of it left. */
interface Letter {
  from: string;
  to: string;
  raw: Buffer;
  left: boolean;
}

const MESSAGES_PER_CONNECTION = 1000;
/** Refusals of one message, after which the session goes on (RFC 5321 §4.1.1.5). */
const REFUSED = new Set(['EENVELOPE', 'EMESSAGE']);

/**
 * Kept-open SMTP sessions, each nodemailer's own `SMTPConnection`. Its pool (nodemailer.com/smtp/pooled) takes 240–320 µs of
 * this process for a message that is made already, this 120–170 µs; a tenth of a rush is mail.
 */
export function smtpConnections({ url, timeoutMs }: Settings) {
  const { auth, ...options } = parseConnectionUrl(url);
  const free: Kept[] = [];
  const busy = new Set<Kept>();

  const inTime = (connection: SMTPConnection, ask: (done: Done) => void) => bound(connection, 2 * timeoutMs, ask);

  async function open(): Promise<Kept> {
    const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, dnsTimeout: timeoutMs };
    const connection = new SMTPConnection({ ...options, ...timeouts });
    const kept = { connection, sent: 0, isDead: false };
    connection.on('error', () => {}); // told by whatever is asked; one that nobody listens to would end the process
    connection.once('end', () => {
      kept.isDead = true;
    });
    try {
      await inTime(connection, (done) => {
        connection.once('error', done);
        connection.connect(done);
      });
      if (auth !== undefined) {
        await inTime(connection, (done) => connection.login(auth as SMTPConnection.Credentials, done));
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    return kept;
  }

  /** Sends over a connection, which is free again unless it broke. */
  async function sendOver(kept: Kept, letter: Letter): Promise<void> {
    const { connection } = kept;
    busy.add(kept);
    try {
      await inTime(connection, (done) =>
        connection.send({ from: letter.from, to: [letter.to] }, content(letter), done),
      );
      kept.sent += 1;
    } catch (error) {
      const goesOn = !kept.isDead && isRefusal(error as SmtpError) && (await isReset(connection));
      if (!goesOn) {
        kept.isDead = true;
        connection.close();
      }
      throw error;
    } finally {
      busy.delete(kept);
      if (kept.sent >= MESSAGES_PER_CONNECTION) connection.quit();
      else if (!kept.isDead) free.push(kept);
    }
  }

  const isReset = (connection: SMTPConnection) =>
    inTime(connection, (done) => connection.reset(done)).then(
      () => true,
      () => false,
    );

  async function sendOnce(letter: Letter): Promise<void> {
    for (let kept = free.pop(); kept !== undefined; kept = free.pop()) {
      if (kept.isDead) continue;
      try {
        return await sendOver(kept, letter);
      } catch (error) {
        // A kept connection that died unused is no answer: the next one is asked, before a byte of the message left.
        if (letter.left || (error as SmtpError).responseCode !== undefined || isRefusal(error as SmtpError))
          throw error;
      }
    }
    await sendOver(await open(), letter);
  }

  return {
    /** Rejects with nodemailer's error when the server did not take the message, or nobody knows whether it did. */
    async send(from: string, to: string, raw: Buffer): Promise<void> {
      const letter = { from, to, raw, left: false };
      try {
        await sendOnce(letter);
      } catch (error) {
        throw Object.assign(error as SmtpError, { unsent: !letter.left });
      }
    },
    close(): void {
      for (const { connection } of [...free, ...busy]) connection.close();
    },
  };
}

/** The message as nodemailer takes it, which pipes it once the server is ready for it. */
function content(letter: Letter): import('node:stream').Readable {
  const pipe = (stream: NodeJS.WritableStream) => {
    letter.left = true;
    stream.end(letter.raw);
  };
  return { pipe } as never;
}

function isRefusal({ code = '', responseCode }: SmtpError): boolean {
  return REFUSED.has(code) && responseCode !== 421;
}

type Done = (error?: Error | null) => void;

/**
 * Asks, and waits for the answer at most so long: a socket's own timeout never sees a server that answers byte by byte, and
 * nodemailer does not answer what was asked of a connection that has ended since.
 */
async function bound(connection: SMTPConnection, ms: number, ask: (done: Done) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (message: string, code: string) => reject(Object.assign(new Error(message), { code, command: 'DATA' }));
  // The answer that ended the connection comes right after, and tells more.
  const ended = () => setImmediate(fail, 'the connection ended', 'ECONNECTION');
  const timer = setTimeout(() => {
    fail('the server took too long', 'ETIMEDOUT');
    connection.close();
  }, ms);
  connection.once('end', ended);
  try {
    ask((error) => (error ? reject(error) : resolve()));
    await promise;
  } finally {
    clearTimeout(timer);
    connection.removeListener('end', ended);
  }
}
