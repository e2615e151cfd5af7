import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import formbody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '#src/app.ts';
import { Refusal } from '#src/domain/refusal.ts';
import { handleError, toProblem } from '#src/http/errors.ts';
import { tenantOfKey } from '#src/store/tenants.ts';
import { caseRoutes } from './cases.ts';
import { eventRoutes } from './events.ts';
import { html } from './html.ts';
import { notice, page } from './layout.ts';
import { patientRoutes } from './patients.ts';
import { isSameOrigin, openSession, type Session, sessionCookie } from './session.ts';
import { signInRoutes } from './sign-in.ts';
import { viewFor } from './view.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is signed in, and for which tenant; set on every page behind the sign-in. */
    clinician: Session & { tenantId: string };
  }
}

/** Everything comes from here, nothing is inline, nobody may frame a page, and no page is kept by the browser. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin', // with `no-referrer`, browsers send forms with `Origin: null`
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
};

const HTML = 'text/html; charset=utf-8';
const FILES = { 'clinic.css': 'text/css', 'clinic.js': 'text/javascript' };

/** The clinicians' pages, under /clinic of a server that is not ready yet. */
export async function clinicPages(server: FastifyInstance, app: App): Promise<void> {
  await server.register(
    async (clinic) => {
      clinic.decorateRequest('clinician');
      await clinic.register(formbody);
      clinic.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, hide: true }; // pages are no part of the API's description
      });
      clinic.addHook('onRequest', async (request, reply) => {
        reply.headers(HEADERS).type(HTML);
        if (request.method === 'POST' && !isSameOrigin(request, app.config.http.publicUrl))
          throw new Refusal(403, 'Another origin');
      });
      const problem = (request: FastifyRequest, reply: FastifyReply, status: number) =>
        problemPage(app, request, reply, status);
      clinic.setNotFoundHandler((request, reply) => problem(request, reply, 404));
      clinic.setErrorHandler((error: FastifyError, request, reply) => {
        const { status } = toProblem(error);
        return status >= 500 ? handleError(error, request, reply) : problem(request, reply, status);
      });
      fileRoutes(clinic);
      signInRoutes(clinic, app);
      await clinic.register(async (inside) => {
        inside.addHook('onRequest', requireSession(app));
        caseRoutes(inside, app);
        patientRoutes(inside, app);
        eventRoutes(inside, app);
      });
    },
    { prefix: '/clinic' },
  );
}

/** Sets who is signed in; leads everybody else to the sign-in, and from there back to the page they wanted. */
function requireSession(app: App) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const session = openSession(app.config.tokenSecret, sessionCookie(request) ?? '', app.clock.now());
    const tenantId = session === null ? null : await tenantOfKey(app.sql, Buffer.from(session.keyHash, 'base64url'));
    if (session === null || tenantId === null) {
      const wanted = request.method === 'GET' ? `?next=${encodeURIComponent(request.url)}` : '';
      return reply.redirect(`/clinic${wanted}`, 303);
    }
    request.clinician = { ...session, tenantId };
  };
}

function fileRoutes(clinic: FastifyInstance): void {
  for (const [name, type] of Object.entries(FILES)) {
    const content = readFileSync(join(import.meta.dirname, name));
    clinic.get(`/${name}`, async (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).header('cache-control', 'public, max-age=300').send(content),
    );
  }
}

function problemPage(app: App, request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  const view = viewFor(request, app.clock.now(), request.clinician?.by ?? null);
  const { title, statuses, other } = view.texts.problem;
  const content = html`<h1>${title}</h1>${notice(statuses[status] ?? other)}<p><a href="/clinic/cases">${view.texts.case.backToCases}</a></p>`;
  return reply
    .code(status)
    .type(HTML)
    .send(page(view, { title }, content));
}
