import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { App } from '../app.ts';
import { authenticate } from './auth.ts';
import { endConnectionsOnClose } from './closing.ts';
import { handleError, problem } from './errors.ts';
import { refuseHostileText } from './input.ts';
import { observe } from './observe.ts';
import { registerOpenapi } from './openapi.ts';
import { adherenceRoutes } from './routes/adherence.ts';
import { callbackEndpointRoutes } from './routes/callback-endpoints.ts';
import { callbackRoutes } from './routes/callbacks.ts';
import { confirmationRoutes } from './routes/confirmations.ts';
import { consentRoutes } from './routes/consent.ts';
import { conversationRoutes } from './routes/conversation.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { doseRoutes } from './routes/doses.ts';
import { escalationRoutes } from './routes/escalations.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { linkRoutes } from './routes/link.ts';
import { messageRoutes } from './routes/messages.ts';
import { opsRoutes } from './routes/ops.ts';
import { patientRoutes } from './routes/patients.ts';
import { prescriptionRoutes } from './routes/prescriptions.ts';
import { proofRoutes } from './routes/proofs.ts';
import { pushPageRoutes } from './routes/push-page.ts';
import { unsubscribeRoutes } from './routes/unsubscribe.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { handleUnmatched } from './unmatched.ts';
import { validatorCompiler } from './validation.ts';

const BODY_LIMIT = 1_048_576;

/** The whole HTTP API over an app; pages may still be registered before it is told to `listen` or `inject`. */
export async function buildServer(app: App): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: app.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    // Who is on the line while we stop is still answered, and told to call again elsewhere: no webhook is refused for a deploy.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: handleError,
    clientErrorHandler: refuseConnection,
  });
  server.setValidatorCompiler(validatorCompiler);
  server.setErrorHandler(handleError);
  server.removeContentTypeParser('text/plain');
  server.decorateRequest('tenantId', '');
  server.addHook('preValidation', refuseHostileText);
  observe(server, app);
  endConnectionsOnClose(server);
  handleUnmatched(server);
  await registerOpenapi(server, app.config.http.publicUrl);
  await server.register(opsRoutes(app));
  await server.register(webhookRoutes(app));
  await server.register(linkRoutes(app));
  await server.register(pushPageRoutes(app));
  await server.register(unsubscribeRoutes(app));
  await server.register(async (api) => {
    api.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    await api.register(confirmationRoutes(app));
    await api.register(async (keyed) => {
      keyed.addHook('onRequest', authenticate(app));
      await keyed.register(patientRoutes(app));
      await keyed.register(consentRoutes(app));
      await keyed.register(conversationRoutes(app));
      await keyed.register(prescriptionRoutes(app));
      await keyed.register(doseRoutes(app));
      await keyed.register(escalationRoutes(app));
      await keyed.register(messageRoutes(app));
      await keyed.register(incidentRoutes(app));
      await keyed.register(callbackEndpointRoutes(app));
      await keyed.register(callbackRoutes(app));
      await keyed.register(deadLetterRoutes(app));
      await keyed.register(adherenceRoutes(app));
      await keyed.register(proofRoutes(app));
    });
  });
  return server;
}

/** What the HTTP parser refuses never becomes a request: the problem is written to the socket. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, reason] =
    error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
  const body = JSON.stringify(
    problem(status as number, 'The request is not well-formed HTTP', [
      { field: 'request', detail: 'could not be read' },
    ]),
  );
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
