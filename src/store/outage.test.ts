import { expect, inject, it } from 'vitest';
import { isOutage } from './outage.ts';
import { openPool } from './pool.ts';

/** What a query against this server fails with. */
async function failure(url: string, query: string): Promise<unknown> {
  const sql = openPool(url, { max: 1 });
  try {
    return await sql.unsafe(query).catch((error) => error);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

it.each([
  ['nobody listens', () => failure('postgres://127.0.0.1:1/none', 'SELECT 1'), true],
  ['the server ends the session', () => failure(server(), 'SELECT pg_terminate_backend(pg_backend_pid())'), true],
  ['the answer did not come in time', () => failure(server(), 'SET statement_timeout = 10; SELECT pg_sleep(1)'), true],
  ['the value is bad', () => failure(server(), "SELECT 'x'::int"), false],
  ['the statement is bad', () => failure(server(), 'SELEC'), false],
  ['our own code failed', async () => new RangeError('Invalid time value'), false],
  ['Node refused an argument', async () => Object.assign(new Error(), { code: 'ERR_INVALID_ARG_TYPE' }), false],
  ['nothing was thrown properly', async () => Object.assign(new Error(), { code: 7 }), false],
])('%s', async (_, fail, outage) => {
  const error = await fail();
  expect(error).toBeInstanceOf(Error);
  expect(isOutage(error)).toBe(outage);
});

const server = () => inject('postgresUrl');
