import { expect, test } from 'vitest';
import { Refusal } from '../domain/refusal.ts';
import { toProblem } from './errors.ts';

test.each([
  ['a lost connection', Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' }), 503],
  ['a server that shuts down', Object.assign(new Error('terminating'), { code: '57P01' }), 503],
  ['a full disk', Object.assign(new Error('could not extend file'), { code: '53100' }), 503],
  ['a refusal', new Refusal(409, 'Too late', []), 409],
  ['a defect of ours', Object.assign(new Error('duplicate key of María'), { code: '23505' }), 500],
])('%s is a problem with its status, and tells nothing of the error', (_, error, status) => {
  const body = toProblem(error);
  expect(body.status).toBe(status);
  if (status >= 500) expect(JSON.stringify(body)).not.toContain(error.message);
});
