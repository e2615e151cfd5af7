import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '#src/app.ts';
import { tenantOfKey } from '#src/store/tenants.ts';
import { html } from './html.ts';
import { notice, page } from './layout.ts';
import { hashOfKey, SESSION_SECONDS, sealSession, setCookie } from './session.ts';
import { type View, viewFor } from './view.ts';

const CASES = '/clinic/cases';
/** Where a sign-in may lead: our own pages, and nothing a link from elsewhere could put there. */
const PAGES = /^\/clinic\/(cases|(cases|patients)\/[0-9a-f-]{36})$/;

interface Form {
  key?: unknown;
  by?: unknown;
  next?: unknown;
}

/** The sign-in form, and what opens and ends a session. */
export function signInRoutes(clinic: FastifyInstance, app: App): void {
  const secure = app.config.http.publicUrl.startsWith('https:');
  const show = (request: FastifyRequest, reply: FastifyReply, form: Form, problem: string | null) =>
    reply.send(signInPage(viewFor(request, app.clock.now(), null), nextOf(form), problem));

  clinic.get<{ Querystring: Form }>('/', async (request, reply) => show(request, reply, request.query, null));

  clinic.post<{ Body: Form | undefined }>('/sign-in', async (request, reply) => {
    const form = request.body ?? {};
    const { texts } = viewFor(request, app.clock.now(), null);
    const by = textOf(form.by).trim();
    if (!/^[^\p{Cc}]{1,200}$/u.test(by)) return show(request, reply.code(422), form, texts.signIn.wrongBy);
    const hash = hashOfKey(textOf(form.key).trim());
    if (hash === null || (await tenantOfKey(app.sql, hash)) === null) {
      return show(request, reply.code(401), form, texts.signIn.wrongKey);
    }
    const expiresAt = Math.floor(app.clock.now().getTime() / 1000) + SESSION_SECONDS;
    const session = sealSession(app.config.tokenSecret, { keyHash: hash.toString('base64url'), by, expiresAt });
    return reply.header('set-cookie', setCookie(session, SESSION_SECONDS, secure)).redirect(nextOf(form) ?? CASES, 303);
  });

  clinic.post('/sign-out', async (_request, reply) =>
    reply.header('set-cookie', setCookie('', 0, secure)).redirect('/clinic', 303),
  );
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function nextOf({ next }: Form): string | null {
  return PAGES.test(textOf(next)) ? (next as string) : null;
}

/**
 * A strict cookie is not sent by a browser that comes from another site (a link in webmail): `next` is offered as a link,
 * which the browser follows from here, with the cookie.
 */
function signInPage(view: View, next: string | null, problem: string | null): string {
  const { signIn } = view.texts;
  return page(
    view,
    { title: signIn.title },
    html`<div class="narrow">
<h1>${signIn.title}</h1>
<p>${signIn.intro}</p>
${notice(problem)}
${next !== null && html`<p><a href="${next}">${signIn.already}</a></p>`}
<form method="post" action="/clinic/sign-in" class="stack">
<label for="by">${signIn.by}</label>
<input id="by" name="by" autocomplete="name" required maxlength="200" aria-describedby="by-hint">
<p id="by-hint" class="hint">${signIn.byHint}</p>
<label for="key">${signIn.key}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required spellcheck="false">
${next !== null && html`<input type="hidden" name="next" value="${next}">`}
<button>${signIn.submit}</button>
</form>
</div>`,
  );
}
