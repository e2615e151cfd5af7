import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { bounded } from '#channels/bounded.ts';
import type { SmtpError } from './errors.ts';

interface Settings {
  url: string;
  /** Connections at once. */
  most: number;
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
export function smtpConnections({ url, most, timeoutMs }: Settings) {
  const { auth, ...options } = parseConnectionUrl(url);
  const free: Kept[] = [];
  const busy = new Set<Kept>();
  const inTurn = bounded(most);

  async function open(): Promise<Kept> {
    const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, dnsTimeout: timeoutMs };
    const connection = new SMTPConnection({ ...options, ...timeouts });
    const kept = { connection, sent: 0, isDead: false };
    connection.once('end', () => {
      kept.isDead = true;
    });
    await answered((done) => {
      connection.on('error', done); // also for later: an error nobody listens to would end the process
      connection.connect(done);
    });
    if (auth !== undefined) await answered((done) => connection.login(auth as SMTPConnection.Credentials, done));
    return kept;
  }

  /** Sends over a connection, which is free again unless it broke. */
  async function sendOver(kept: Kept, letter: Letter): Promise<void> {
    const { connection } = kept;
    busy.add(kept);
    try {
      await bound(connection, 2 * timeoutMs, (done) =>
        connection.send({ from: letter.from, to: [letter.to] }, content(letter), done),
      );
      kept.sent += 1;
    } catch (error) {
      if (!kept.isDead && isRefusal(error as SmtpError))
        await answered((done) => connection.reset(done)).catch(() => {});
      else connection.close();
      throw error;
    } finally {
      busy.delete(kept);
      if (kept.sent >= MESSAGES_PER_CONNECTION) connection.quit();
      else if (!kept.isDead) free.push(kept);
    }
  }

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
    send: (from: string, to: string, raw: Buffer): Promise<void> =>
      inTurn(async () => {
        const letter = { from, to, raw, left: false };
        try {
          await sendOnce(letter);
        } catch (error) {
          throw Object.assign(error as SmtpError, { unsent: !letter.left });
        }
      }),
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

function answered(ask: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => ask((error) => (error ? reject(error) : resolve())));
}

/** One bound for a whole message: a socket's own timeout never sees a server that answers byte by byte. */
async function bound(connection: SMTPConnection, ms: number, ask: (done: Done) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error('the message took too long'), { code: 'ETIMEDOUT', command: 'DATA' }));
      connection.close();
    }, ms);
  });
  try {
    await Promise.race([answered(ask), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
