import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { App } from '../../app.ts';
import { Refusal } from '../../domain/refusal.ts';
import { problems } from '../schemas/common.ts';

/** Everything comes from here, nothing is inline, nobody may frame the page. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache', // a browser must see a new worker
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
};

/** By their path under /push/. */
const FILES: Record<string, { file: string; type: string }> = {
  '': { file: 'index.html', type: 'text/html; charset=utf-8' },
  'push.js': { file: 'push.js', type: 'text/javascript; charset=utf-8' },
  'push.css': { file: 'push.css', type: 'text/css; charset=utf-8' },
  'sw.js': { file: 'sw.js', type: 'text/javascript; charset=utf-8' },
};

/** The reference page of web push with its service worker, and the key that browsers subscribe with. It stores nothing. */
export function pushPageRoutes(app: App): FastifyPluginAsyncTypebox {
  return async (server) => {
    server.addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS);
    });
    for (const [path, { file, type }] of Object.entries(FILES)) {
      const text = readFileSync(join(import.meta.dirname, '../push-page', file), 'utf8');
      server.get(`/push/${path}`, { schema: { hide: true } }, async (_request, reply) => reply.type(type).send(text));
    }
    server.get(
      '/push/key',
      {
        schema: {
          summary: 'The VAPID public key that a browser subscribes with',
          tags: ['patients'],
          security: [],
          response: { 200: Type.Object({ key: Type.String({ description: 'base64url' }) }), ...problems(404) },
        },
      },
      async (_request, reply) => {
        reply.header('access-control-allow-origin', '*'); // a tenant's app asks from its own origin
        const key = app.config.webpush?.publicKey;
        if (key !== undefined) return { key };
        throw new Refusal(404, 'Web push is not set up', [
          { field: 'path', detail: 'has no key: the operator sets WEBPUSH_PUBLIC_KEY and its companions' },
        ]);
      },
    );
  };
}
