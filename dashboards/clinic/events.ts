import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { App } from '#src/app.ts';
import { watchCases } from './changes.ts';

/** A browser that lost the stream comes back after this long, in milliseconds. */
const RETRY_MS = 3000;

/**
 * Server-sent events: `changed` whenever the list of open cases is no longer what it was, and once at the start. It carries
 * no patient data; the page then asks for the list. Ends with the session, and when the server closes.
 */
export function eventRoutes(clinic: FastifyInstance, app: App): void {
  const changes = watchCases(app);
  const streams = new Set<PassThrough>();

  clinic.get('/events', async ({ clinician }, reply) => {
    const stream = new PassThrough();
    stream.write(`retry: ${RETRY_MS}\n\n`);
    streams.add(stream);
    const stop = changes.listen(clinician.tenantId, (mark) => {
      if (!stream.writable) return;
      if (clinician.expiresAt * 1000 <= app.clock.now().getTime()) return stream.end();
      stream.write(mark === null ? ':\n\n' : `event: changed\ndata: ${mark}\n\n`); // the comment finds dead connections
    });
    stream.on('close', () => {
      stop();
      streams.delete(stream);
    });
    return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream);
  });

  clinic.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });
}
