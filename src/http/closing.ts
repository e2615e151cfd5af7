import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a caller whose request was not heard whole may stay silent once the server closes, in milliseconds. */
const LAST_CALL = 1000;

/**
 * Lets a server close as soon as what it was asked is answered. Node ends idle connections with it, but not those that are
 * kept open for the caller of a request in hand, and waits for ever for those that never asked: browsers open some ahead
 * of need.
 */
export function endConnectionsOnClose(server: FastifyInstance): void {
  const unasked = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });
  server.server.on('request', ({ socket }: IncomingMessage) => unasked.delete(socket));
  server.addHook('preClose', async () => {
    server.server.keepAliveTimeout = 1;
    for (const socket of unasked) socket.setTimeout(LAST_CALL, () => unasked.has(socket) && socket.destroy());
  });
}
