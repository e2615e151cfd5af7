import { createPrivateKey, sign } from 'node:crypto';
import type { Credential, GoogleOAuthAccessToken } from 'firebase-admin/app';
import { exchange } from '#channels/transport.ts';

/** The fields of a Google service account file that sending needs. */
export interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
  token_uri?: string;
}

const GOOGLE_TOKEN_URI = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const LIFETIME_SECONDS = 3600;

/**
 * The firebase-admin credential of a service account, honouring the account's `token_uri`, as Google's other libraries
 * do. The SDK's `cert()` cannot be led elsewhere: google-auth-library posts to a fixed URL (gtoken/getToken) and the
 * `httpAgent` is dropped for an account given as an object. So the exchange is ours, behind the SDK's own `Credential`
 * interface: developers.google.com/identity/protocols/oauth2/service-account#httprest (RFC 7523). Throws on a bad key.
 */
export function serviceAccountCredential(account: ServiceAccount, timeoutMs: number, now: () => Date): Credential {
  const key = createPrivateKey(account.private_key);
  const tokenUri = account.token_uri ?? GOOGLE_TOKEN_URI;

  const assertion = (): string => {
    const iat = Math.floor(now().getTime() / 1000);
    const claims = { iss: account.client_email, scope: SCOPE, aud: tokenUri, iat, exp: iat + LIFETIME_SECONDS };
    const signed = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };

  const getAccessToken = async (): Promise<GoogleOAuthAccessToken> => {
    const answer = await exchange(new URL(tokenUri), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(),
      }).toString(),
      timeoutMs,
    });
    if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.status}`);
    return JSON.parse(answer.text);
  };

  return { getAccessToken };
}

function base64url(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
