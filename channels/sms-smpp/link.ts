import { isIP } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { TransportError } from '#channels/transport.ts';
import { statusName } from './errors.ts';

interface LinkSettings {
  host: string;
  port: number;
  tls: boolean;
  systemId: string;
  password: string;
  /** For binding, and for each answer. */
  timeoutMs: number;
  /** How long between two questions whether the other side still lives. */
  enquireMs: number;
  /** What the SMSC delivers; resolves to the command_status to answer with. */
  onDeliver(pdu: Pdu): Promise<number>;
}

const BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 5000;
const GOODBYE_MS = 1000;

/**
 * One transceiver session with an SMSC (SMPP 3.4 §2.2), kept open from the first use until `close`: asked whether it lives
 * by enquire_link, opened again with a growing, jittered pause. While it is down a request fails at once.
 */
export class Link {
  readonly #settings: LinkSettings;
  readonly #waiting = new Set<(code: string) => void>();
  #session: Promise<Session> | null = null;
  #pause: NodeJS.Timeout | null = null;
  #failures = 0;
  #reason = 'not_bound';
  #isClosed = false;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
  }

  /** Opens the session, or waits for the one being opened. Rejects with `TransportError`, nothing having left. */
  open(): Promise<Session> {
    if (this.#isClosed || this.#pause !== null) return Promise.reject(new TransportError(this.#reason, false));
    this.#session ??= this.#bind();
    return this.#session;
  }

  /**
   * The answer to a submit_sm. Rejects with `TransportError`. `heard` is told before anything that came behind the answer
   * is delivered, and also when the answer comes too late.
   */
  async submit(fields: object, heard?: (answer: Pdu, isLate: boolean) => void): Promise<Pdu> {
    const session = await this.open();
    return new Promise((resolve, reject) => {
      const lose = (code: string, left = true) => {
        clearTimeout(timer);
        this.#waiting.delete(lose);
        reject(new TransportError(code, left));
      };
      const timer = setTimeout(() => {
        lose('ETIMEDOUT');
        this.#enquire(session);
      }, this.#settings.timeoutMs);
      this.#waiting.add(lose);
      const isWritten = session.submit_sm(fields, (answer) => {
        clearTimeout(timer);
        heard?.(answer, !this.#waiting.delete(lose));
        resolve(answer);
      });
      if (!isWritten) lose('EPIPE', false);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#reason = 'closed';
    if (this.#pause !== null) clearTimeout(this.#pause);
    const session = await this.#session?.catch(() => null);
    if (!session) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => session.destroy(), GOODBYE_MS);
      session.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (!session.unbind({}, () => session.close())) session.destroy();
    });
  }

  #bind(): Promise<Session> {
    const { host, port, tls, systemId, password, timeoutMs, enquireMs } = this.#settings;
    const session = smpp.connect({ host, port, tls, ...(isIP(host) === 0 && { servername: host }) });
    const bound = new Promise<Session>((resolve, reject) => {
      let reason = 'ECONNRESET';
      let heart: NodeJS.Timeout | undefined;
      const giveUp = (code: string) => {
        reason = code;
        session.destroy();
      };
      const timer = setTimeout(() => giveUp('bind_timeout'), timeoutMs);
      session.on(tls ? 'secureConnect' : 'connect', () => {
        const fields = { system_id: systemId, password, interface_version: 0x34 };
        session.bind_transceiver(fields, ({ command_status }) => {
          clearTimeout(timer);
          if (command_status !== 0) return giveUp(`bind_${statusName(command_status)}`);
          this.#failures = 0;
          heart = setInterval(() => this.#enquire(session), enquireMs);
          resolve(session);
        });
      });
      session.on('error', (error: NodeJS.ErrnoException) => giveUp(error.code ?? 'unreadable_pdu'));
      session.on('close', () => {
        clearTimeout(timer);
        clearInterval(heart);
        this.#lost(reason);
        reject(new TransportError(reason, false));
      });
      this.#listen(session);
    });
    // Whoever opened it is told; a session opened again in the background has nobody to tell.
    bound.catch(() => undefined);
    return bound;
  }

  #listen(session: Session): void {
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('deliver_sm', async (pdu: Pdu) => {
      const command_status = await this.#settings.onDeliver(pdu);
      session.send(pdu.response({ command_status }));
    });
  }

  /** A side that is silent for the time of an answer is gone: the session is dropped, and opened anew. */
  #enquire(session: Session): void {
    const timer = setTimeout(() => session.destroy(), this.#settings.timeoutMs).unref();
    if (!session.enquire_link({}, () => clearTimeout(timer))) session.destroy();
  }

  #lost(reason: string): void {
    this.#session = null;
    for (const lose of [...this.#waiting]) lose(reason);
    if (this.#isClosed) return;
    this.#reason = reason;
    const longest = Math.min(BACKOFF_MS * 2 ** this.#failures, MAX_BACKOFF_MS);
    this.#failures += 1;
    this.#pause = setTimeout(
      () => {
        this.#pause = null;
        void this.open().catch(() => undefined);
      },
      longest * (0.5 + Math.random() / 2),
    );
  }
}
