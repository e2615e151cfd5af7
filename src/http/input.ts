import type { FastifyRequest } from 'fastify';
import { type FieldError, Refusal } from '../domain/refusal.ts';
import { fieldPath } from './validation.ts';

const MOST_VALUES = 10_000;

/**
 * Refuses text that PostgreSQL cannot hold (NUL, lone surrogates) wherever it stands in body, query or path, and bodies
 * of more than 10,000 values, before any schema or query sees them. Iterative: a body nested 100,000 deep is only refused.
 */
export async function refuseHostileText(request: FastifyRequest): Promise<void> {
  const errors: FieldError[] = [];
  const stack: { value: unknown; keys: string[] }[] = [request.params, request.query, request.body].map((value) => ({
    value,
    keys: [],
  }));
  let seen = 0;
  for (let next = stack.pop(); next !== undefined && errors.length < 20; next = stack.pop()) {
    const { value, keys } = next;
    const problem = typeof value === 'string' ? problemOf(value) : null;
    if (problem !== null) errors.push({ field: fieldPath(keys) || 'body', detail: problem });
    if (typeof value !== 'object' || value === null) continue;
    if (keys.length > 16) throw tooMuch('is nested more than 16 deep: send it flatter');
    const entries = Object.entries(value);
    seen += entries.length;
    if (seen > MOST_VALUES) throw tooMuch(`has more than ${MOST_VALUES} values: send less at once`);
    for (const [key, item] of entries) {
      const keyProblem = problemOf(key);
      if (keyProblem !== null)
        errors.push({ field: fieldPath(keys) || 'body', detail: `a field name in it ${keyProblem}` });
      stack.push({ value: item, keys: [...keys, key] });
    }
  }
  if (errors.length > 0) throw new Refusal(422, 'The text cannot be stored', errors);
}

function problemOf(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character: remove it';
  if (!text.isWellFormed()) return 'contains half of a surrogate pair: send well-formed Unicode';
  return null;
}

function tooMuch(detail: string): Refusal {
  return new Refusal(422, 'The input is too large', [{ field: 'body', detail }]);
}
