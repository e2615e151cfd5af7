import type { Credential } from 'firebase-admin/app';

/** A token is renewed this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 5 * 60_000;

/** The current access token of a credential: fetched once for all who wait, kept until shortly before it expires. */
export class AccessTokens {
  readonly #credential: Credential;
  #token = '';
  #renewAt = 0;
  #fetching: Promise<string> | undefined;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  /** Rejects when the token endpoint gives none. */
  async get(): Promise<string> {
    if (performance.now() < this.#renewAt) return this.#token;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  /** Forgets a token that was refused; a newer one stays. */
  drop(token: string): void {
    if (token === this.#token) this.#renewAt = 0;
  }

  async #fetch(): Promise<string> {
    const { access_token: token, expires_in: seconds } = await this.#credential.getAccessToken();
    this.#token = token;
    this.#renewAt = performance.now() + seconds * 1000 - RENEW_BEFORE_MS;
    return token;
  }
}
