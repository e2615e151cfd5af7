/** One thing wrong with the input: `field` is its path (`regimen.rrules[0]`), `detail` says what and how to mend it. */
export interface FieldError {
  field: string;
  detail: string;
}

/**
 * The input was understood and is refused; nothing was stored or sent. The HTTP edge turns it into RFC 9457
 * problem+json with this status.
 */
export class Refusal extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 503;
  readonly errors: FieldError[];
  constructor(status: Refusal['status'], title: string, errors: FieldError[] = []) {
    super(title);
    this.name = 'Refusal';
    this.status = status;
    this.errors = errors;
  }
}
