import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Books } from './books.ts';
import { writeAndReset } from './cut.ts';
import type { FaultKind } from './faults.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Said to nobody: the connection is cut. */
const GONE = '';
const ATTEMPT_HEADER = 'x-dosebell-attempt';

interface Refusal {
  code: number;
  text: string;
}

/** The reply to the final dot for each fault that refuses a message (RFC 5321 codes, RFC 3463 enhanced codes). */
const FAULT_REPLIES: Partial<Record<FaultKind, Refusal>> = {
  rate_limited: { code: 454, text: '4.7.0 Throttling failure: Maximum sending rate exceeded.' },
  smtp_4xx: { code: 451, text: '4.3.0 Mail server temporarily rejected message' },
  smtp_5xx: { code: 550, text: '5.1.1 The email account that you tried to reach does not exist' },
};

/** An SMTP server that takes mail for anybody, without authentication or TLS. */
export class SmtpProvider {
  readonly #books: Books;
  readonly #smtp: SMTPServer;
  readonly #sockets = new Map<number, Socket>();

  constructor(books: Books) {
    this.#books = books;
    this.#smtp = new SMTPServer({
      name: 'provider-simulator',
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: MAX_MESSAGE_BYTES,
      closeTimeout: 100,
      onData: (stream, session, callback) => {
        this.#take(stream, session).then((reply) => callback(null, reply), callback);
      },
    });
    this.#smtp.server.on('connection', (socket) => {
      const { remotePort } = socket;
      if (remotePort === undefined) return;
      this.#sockets.set(remotePort, socket);
      socket.on('close', () => this.#sockets.delete(remotePort));
    });
    // A client that vanishes is not a failure of the simulator.
    this.#smtp.on('error', () => {});
  }

  get server(): Server {
    return this.#smtp.server;
  }

  /** One message up to the final dot: the reply when it is taken; rejects with the SMTP code when it is not. */
  async #take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const raw = await readAll(stream);
    if (stream.sizeExceeded) throw this.#refuse(null, { code: 552, text: '5.3.4 Message too big for system' });
    const mail = await PostalMime.parse(raw);
    const attemptId = mail.headers.find(({ key }) => key === ATTEMPT_HEADER)?.value ?? null;
    const to = session.envelope.rcptTo[0]?.address ?? '';

    const verdict = this.#books.faults.decide('smtp', to);
    const { latencyMs, answer } = verdict;
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
    const refusal = answer && FAULT_REPLIES[answer.kind];
    if (refusal) throw this.#refuse(attemptId, refusal);

    const socket = this.#sockets.get(session.remotePort);
    if (answer?.kind === 'reset_mid_request') {
      this.#books.refuse('smtp', attemptId, answer.kind);
      socket?.resetAndDestroy();
      return GONE;
    }
    const ref = mail.messageId ?? session.id;
    this.#books.accept({
      provider: 'smtp',
      to,
      text: readable(mail),
      unsubscribe: oneClick(mail),
      attemptId,
      ref,
      identity: mail.messageId ?? null,
      verdict,
    });
    if (answer?.kind === 'timeout_after_accept') socket?.destroy();
    if (answer?.kind === 'reset_mid_answer' && socket !== undefined) await writeAndReset(socket, '25');
    return '2.0.0 Ok: queued';
  }

  #refuse(attemptId: string | null, { code, text }: Refusal): Error {
    this.#books.refuse('smtp', attemptId, String(code));
    return Object.assign(new Error(text), { responseCode: code });
  }
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Both headers of RFC 8058 in the form that mail services ask for. */
function oneClick({ headers }: Email): string | undefined {
  const header = (name: string) => headers.find(({ key }) => key === name)?.value;
  if (header('list-unsubscribe-post') !== 'List-Unsubscribe=One-Click') return undefined;
  return /^<(https?:[^<>\s]+)>$/.exec(header('list-unsubscribe') ?? '')?.[1];
}

function readable({ subject, text }: Email): string {
  return [subject, text?.trim()].filter(Boolean).join('\n');
}
