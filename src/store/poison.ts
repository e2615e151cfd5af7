import postgres from 'postgres';
import { isOutage } from './outage.ts';

/** SQLSTATE: class 22 (data exception) and XX001 (data corrupted) are about the values of a row. */
const OF_THE_DATA = /^(22...|XX001)$/;
/** SQLSTATE class 23, integrity constraint violation. */
const CONSTRAINT = /^23...$/;

/**
 * Whether a failure may be the fault of one of the rows it was given, so that it is worth looking for that row: an error of our
 * own code, or of PostgreSQL about values. A schema, right, lock or partition that is missing fails for every row alike (the
 * last has the code of a constraint, and names none).
 */
export function isPoison(error: unknown): boolean {
  if (isOutage(error)) return false;
  if (!(error instanceof postgres.PostgresError)) return true;
  const { code, constraint_name: constraint, column_name: column } = error;
  return OF_THE_DATA.test(code) || (CONSTRAINT.test(code) && (constraint ?? column) !== undefined);
}

const CODE = /^[\w.-]{1,40}$/;

/** A failure as a code: its SQLSTATE or Node's code, else its class. Never its message, which may hold what the row holds. */
export function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return asCode(code) ?? asCode(name) ?? 'Error';
}

/** The text if it is a code; null for words. */
export function asCode(text: unknown): string | null {
  return typeof text === 'string' && CODE.test(text) ? text : null;
}
