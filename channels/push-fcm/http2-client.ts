import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { TransportError } from '#channels/transport.ts';

const { NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL } = constants;

export interface Http2Answer {
  status: number;
  retryAfter: string | undefined;
  text: string;
}

interface Http2Settings {
  origin: string;
  /** Every certificate to trust; the system's when absent. */
  ca: string[] | undefined;
  timeoutMs: number;
}

/**
 * POSTs over one kept-open HTTP/2 session (RFC 9113), opened when first needed and again after GOAWAY, an error or a
 * silence. Streams beyond the server's SETTINGS_MAX_CONCURRENT_STREAMS wait in node's own queue.
 */
export class Http2Client {
  readonly #settings: Http2Settings;
  #session: ClientHttp2Session | undefined;
  #opening: Promise<ClientHttp2Session> | undefined;

  constructor(settings: Http2Settings) {
    this.#settings = settings;
  }

  /** Rejects with `TransportError` when no whole answer came within the timeout; every status is an answer. */
  async post(path: string, headers: Record<string, string>, body: string): Promise<Http2Answer> {
    const session = await this.#open();
    return new Promise((resolve, reject) => {
      const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
      let head: { status: number; retryAfter: string | undefined } | undefined;
      let text = '';
      let ended = false;
      const timer = setTimeout(() => {
        reject(new TransportError('ETIMEDOUT', true));
        stream.close(NGHTTP2_CANCEL);
        // A connection that died without a word looks just like this: the next message gets a fresh one.
        this.#leave(session);
      }, this.#settings.timeoutMs);
      stream.setEncoding('utf8');
      stream.on('response', (headers) => {
        head = { status: headers[':status'] ?? 0, retryAfter: headers['retry-after'] };
      });
      // Not bound to 'response': over TLS node often tells of data first when both came in one record (seen on 24.21).
      stream.on('data', (piece: string) => {
        text += piece;
      });
      stream.on('end', () => {
        ended = true;
      });
      // The error is told by 'close', which always follows and knows the reset code.
      stream.on('error', () => undefined);
      stream.on('close', () => {
        clearTimeout(timer);
        const reset = stream.rstCode ?? NGHTTP2_NO_ERROR;
        if (head && ended && reset === NGHTTP2_NO_ERROR) resolve({ ...head, text });
        // REFUSED_STREAM, and streams above a GOAWAY's last id, were not processed (RFC 9113 §8.7).
        else reject(new TransportError(`RST_${reset}`, reset !== NGHTTP2_REFUSED_STREAM));
      });
      stream.end(body);
    });
  }

  /** Ends the session; what is still on the wire becomes unknown. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const session = this.#session;
    if (!session || session.destroyed) return;
    const closed = new Promise((resolve) => session.once('close', resolve));
    session.destroy();
    await closed;
  }

  #open(): Promise<ClientHttp2Session> {
    const session = this.#session;
    if (session && !session.closed && !session.destroyed) return Promise.resolve(session);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  #connect(): Promise<ClientHttp2Session> {
    const { origin, ca, timeoutMs } = this.#settings;
    return new Promise((resolve, reject) => {
      const session = connect(origin, ca ? { ca } : {});
      const fail = (code: string) => reject(new TransportError(code, false));
      const timer = setTimeout(() => {
        fail('ETIMEDOUT');
        session.destroy();
      }, timeoutMs);
      // Not on 'connect': streams opened before the server's settings come may exceed its limit, and are refused.
      session.once('remoteSettings', () => {
        this.#session = session;
        resolve(session);
      });
      session.on('goaway', () => this.#leave(session));
      session.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
      session.once('close', () => fail('ECONNRESET'));
      for (const event of ['remoteSettings', 'close']) session.once(event, () => clearTimeout(timer));
    });
  }

  /** Opens no more streams on a session; those under way may end. */
  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
    session.close();
  }
}
