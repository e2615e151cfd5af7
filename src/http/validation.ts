import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { FieldError } from '../domain/refusal.ts';
import { parseInstant } from './instants.ts';

const OPTIONS = {
  strict: true,
  allErrors: true,
  verbose: true, // the schema beside the error: its description tells how to mend
  formats: { 'date-time': (text: string) => parseInstant(text) !== null, date: /^\d{4}-\d{2}-\d{2}$/ },
};

/**
 * Bodies are taken as they are; a query, path or header is always text, so there a number may be written as text.
 * "1e999" becomes Infinity, which Ajv holds against `maximum` only without `strictNumbers`.
 */
const exact = new Ajv(OPTIONS);
const coercing = new Ajv({ ...OPTIONS, coerceTypes: true, strictNumbers: false });

export const validatorCompiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? exact : coercing).compile(schema);

const MOST_ERRORS = 20;

/** Every way the input differs from the schema (at most 20), by field path. `part` is body, params, querystring or headers. */
export function toFieldErrors(errors: FastifySchemaValidationError[], part: string): FieldError[] {
  const found = (errors as ErrorObject[]).filter((error) => error.keyword !== 'anyOf').slice(0, MOST_ERRORS);
  return found.map((error) => ({ field: fieldOf(error, part), detail: detailOf(error) }));
}

function fieldOf(error: ErrorObject, part: string): string {
  const named = error.params.additionalProperty ?? error.params.missingProperty;
  const pointer = error.instancePath.split('/').slice(1).map(unescapePointer);
  return fieldPath(named === undefined ? pointer : [...pointer, String(named)]) || part;
}

const unescapePointer = (key: string) => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** `['regimen', 'rrules', '0']` → `regimen.rrules[0]`. */
export function fieldPath(keys: string[]): string {
  return keys.reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`), '');
}

/** What to do about each kind of error; the value itself is never repeated, since it may name a person. */
const DETAILS: Record<string, (error: ErrorObject) => string> = {
  additionalProperties: () => 'is not a known field: remove it, or mend its spelling',
  required: () => 'is missing: add it',
  type: (error) => `must be ${error.params.type}, not ${kindOf(error.data)}${means(error)}`,
  enum: (error) => `must be one of ${(error.params.allowedValues as unknown[]).join(', ')}`,
  const: (error) => `must be ${error.params.allowedValue}`,
  minLength: (error) => `must have at least ${error.params.limit} characters`,
  maxLength: (error) => `must have at most ${error.params.limit} characters`,
  minItems: (error) => `must have at least ${error.params.limit} items`,
  maxItems: (error) => `must have at most ${error.params.limit} items`,
  minimum: (error) => `must be ${error.params.limit} or more`,
  maximum: (error) => `must be ${error.params.limit} or less`,
  minProperties: () => 'must have at least one field',
  pattern: (error) => `has the wrong form${means(error)}`,
  format: (error) => `has the wrong form${means(error)}`,
};

function detailOf(error: ErrorObject): string {
  return DETAILS[error.keyword]?.(error) ?? error.message ?? 'is not valid';
}

function means(error: ErrorObject): string {
  const description = error.parentSchema?.description;
  return description === undefined ? '' : `: ${description}`;
}

function kindOf(data: unknown): string {
  if (data === null) return 'null';
  return Array.isArray(data) ? 'array' : typeof data;
}
