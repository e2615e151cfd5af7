import { type KeyObject, randomBytes, verify } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { CLIENT_EMAIL } from './credentials.ts';

/** An answer of the token endpoint (RFC 6749, sections 5.1 and 5.2). */
export interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
// google-auth-library signs for this address whatever token_uri says.
const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';
const MESSAGING_SCOPES = [
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
];
const LIFETIME_SECONDS = 3_599;

/** Google's OAuth 2.0 token service for one service account (JWT bearer grant, RFC 7523). */
export class TokenService {
  readonly #publicKey: KeyObject;
  readonly #tokenUri: () => string;
  readonly #expiryByToken = new Map<string, number>();

  constructor({ publicKey, tokenUri }: { publicKey: KeyObject; tokenUri: () => string }) {
    this.#publicKey = publicKey;
    this.#tokenUri = tokenUri;
  }

  /** Answers one grant request, given as its form body. */
  grant(form: string): TokenAnswer {
    const fields = new URLSearchParams(form);
    const grantType = fields.get('grant_type') ?? '';
    if (grantType !== JWT_BEARER) return refusal('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
    const problem = this.#problemOf(fields.get('assertion') ?? '');
    if (problem !== null) return refusal('invalid_grant', problem);
    const token = `ya29.simulated.${randomBytes(24).toString('base64url')}`;
    this.#expiryByToken.set(token, Date.now() + LIFETIME_SECONDS * 1_000);
    return { status: 200, body: { access_token: token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' } };
  }

  /** Whether an `Authorization` header carries a token issued here that has not expired. */
  isValid(authorization: string | undefined): boolean {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    return token !== undefined && (this.#expiryByToken.get(token) ?? 0) > Date.now();
  }

  #problemOf(assertion: string): string | null {
    const [head, payload, signature, ...rest] = assertion.split('.');
    if (!head || !payload || !signature || rest.length > 0) return 'Invalid JWT: it must have three parts.';
    const signed = Buffer.from(`${head}.${payload}`);
    const algorithm = parse(head)?.alg;
    if (algorithm !== 'RS256' || !verify('sha256', signed, this.#publicKey, Buffer.from(signature, 'base64url'))) {
      return 'Invalid JWT Signature.';
    }
    const claims = parse(payload) ?? {};
    if (claims.iss !== CLIENT_EMAIL) return 'Invalid grant: account not found';
    if (claims.aud !== GOOGLE_TOKEN_URL && claims.aud !== this.#tokenUri())
      return 'Invalid JWT: the audience is not this token endpoint.';
    if (typeof claims.exp !== 'number' || claims.exp * 1_000 <= Date.now()) return 'Invalid JWT: it has expired.';
    const scopes = String(claims.scope).split(' ');
    return MESSAGING_SCOPES.some((scope) => scopes.includes(scope)) ? null : 'Invalid OAuth scope.';
  }
}

/** The token endpoint on the plain HTTP port, where the service account's `token_uri` points. */
export async function tokenRoute(app: FastifyInstance, { tokens }: { tokens: TokenService }) {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/token', async (request, reply) => {
    const { status, body } = tokens.grant(typeof request.body === 'string' ? request.body : '');
    return reply.code(status).send(body);
  });
}

function refusal(error: string, description: string): TokenAnswer {
  return { status: 400, body: { error, error_description: description } };
}

function parse(part: string): Record<string, unknown> | null {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return null;
  }
}
