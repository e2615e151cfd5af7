import http from 'node:http';
import https from 'node:https';

/** What came back; `status` 0 means that no answer came. */
export interface CallResult {
  status: number;
  contentType: string;
  text: string;
}

interface CallBody {
  contentType: string;
  text: string;
  headers?: Record<string, string>;
}

/** Calls to the service under test: few kept-alive connections, so that callbacks queue here and never flood it. */
export class Caller {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 32 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 32 }),
  };
  readonly #timeoutMs: number;

  constructor(timeoutMs = 15_000) {
    this.#timeoutMs = timeoutMs;
  }

  get(url: string): Promise<CallResult> {
    return this.#call('GET', url);
  }

  post(url: string, body: CallBody): Promise<CallResult> {
    return this.#call('POST', url, body);
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** Never rejects: an unreachable service is a result, counted by whoever called. */
  #call(method: string, url: string, body?: CallBody): Promise<CallResult> {
    const secure = url.startsWith('https:');
    const headers = body && {
      'content-type': body.contentType,
      'content-length': String(Buffer.byteLength(body.text)),
      'user-agent': 'dosebell-provider-simulator',
      ...body.headers,
    };
    return new Promise((resolve) => {
      const noAnswer = () => resolve({ status: 0, contentType: '', text: '' });
      const request = (secure ? https : http).request(url, {
        method,
        agent: this.#agents[secure ? 'https:' : 'http:'],
        timeout: this.#timeoutMs,
        headers: headers ?? {},
      });
      request.on('timeout', () => request.destroy(new Error('no answer in time')));
      request.on('error', noAnswer);
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
        });
        response.on('error', noAnswer);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', text }),
        );
      });
      request.end(body?.text);
    });
  }
}
