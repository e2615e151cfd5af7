import { type AttemptPurpose, attemptStatesBefore, type ChannelName } from '../domain/attempt.ts';
import { dayOf } from './attempts.ts';
import type { Sql } from './pool.ts';

/** What a provider's callback changes: forward only, so repeats and late arrivals change nothing. */
export interface ReceiptRow {
  attemptId: string;
  state: 'accepted' | 'delivered' | 'failed';
  ref: string;
  code: string | null;
}

export interface ReceiptTarget {
  doseId: string | null;
  localDate: string | null;
  rung: number;
  contactPointId: string;
  purpose: AttemptPurpose;
  channel: ChannelName;
}

/**
 * Applies one receipt; null when it says nothing new, or names no attempt of ours, or another message than the one that the
 * provider told us this attempt is.
 */
export async function applyReceipt(sql: Sql, receipt: ReceiptRow, now: Date): Promise<ReceiptTarget | null> {
  const [row] = await sql<ReceiptTarget[]>`
    UPDATE attempts SET
      state = ${receipt.state}, ref = ${receipt.ref}, check_at = NULL, code = ${receipt.code},
      accepted_at = coalesce(accepted_at, ${now}),
      delivered_at = ${receipt.state === 'delivered' ? now : null},
      ended_at = ${receipt.state === 'failed' ? now : null}
    WHERE id = ${receipt.attemptId} AND day = ${dayOf(receipt.attemptId)}
      AND state = ANY(${attemptStatesBefore(receipt.state)}) AND (ref IS NULL OR ref = ${receipt.ref})
    RETURNING dose_id AS "doseId", local_date AS "localDate", rung, contact_point_id AS "contactPointId", purpose, channel`;
  return row ?? null;
}
