import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, vi } from 'vitest';

/** A request as a tenant's system got it. */
interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  id: string;
}

/** How it answers: a status, or whatever it does with the response (nothing: it hangs). */
type Reply = number | ((response: ServerResponse, received: Received) => void);

/** A tenant's own system: it keeps what it got, and answers as it is told to. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** The next answers, in order; 200 once they are used up. */
  replies: Reply[];
  /** Requests that came and were not answered yet, now and at most. */
  open: { now: number; most: number };
  /** Hangs up on whoever waits for an answer. */
  hangUp(): void;
  /** The event of a request, when its signature is right at this moment by the Standard Webhooks library; else it throws. */
  verify(
    received: Received,
    secret: string,
    now: Date,
  ): { type: string; timestamp: string; data: Record<string, unknown> };
}

/** Starts a receiver; closed when the test file ends. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    receiver.open.now += 1;
    receiver.open.most = Math.max(receiver.open.most, receiver.open.now);
    response.on('close', () => {
      receiver.open.now -= 1;
    });
    let body = '';
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const { headers, url: path = '' } = request;
      const one = { path, headers, body, id: String(headers['webhook-id']) };
      receiver.received.push(one);
      const reply = receiver.replies.shift() ?? 200;
      if (typeof reply === 'number') response.writeHead(reply).end();
      else reply(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received: [],
    replies: [],
    open: { now: 0, most: 0 },
    hangUp: () => server.closeAllConnections(),
    verify({ body, headers }, secret, now) {
      const clock = vi.spyOn(Date, 'now').mockReturnValue(now.getTime());
      try {
        return new Webhook(secret).verify(body, headers as Record<string, string>) as ReturnType<Receiver['verify']>;
      } finally {
        clock.mockRestore();
      }
    },
  };
  return receiver;
}
