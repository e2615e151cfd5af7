import type { Receipt } from '#channels/channel.ts';
import type { App } from '../app.ts';
import { isId } from '../domain/ids.ts';
import { failpoint } from '../failpoints.ts';
import { remindedDose } from '../store/attempts.ts';
import { retireContacts } from '../store/contacts.ts';
import { hastenDoses } from '../store/doses.ts';
import { applyReceipt } from '../store/receipts.ts';
import { transaction } from '../store/transaction.ts';

/**
 * Applies providers' callbacks. They repeat and arrive out of order, so states only move forward; a receipt for an
 * `unknown` attempt proves it was accepted. A delivery that failed gives the next rung its turn at once.
 */
export async function applyReceipts(app: App, receipts: Receipt[]): Promise<void> {
  failpoint('callback');
  const now = app.clock.now();
  for (const receipt of receipts.filter(({ attemptId }) => isId(attemptId))) {
    const code = receipt.state === 'failed' ? (receipt.code ?? 'undelivered') : null;
    await transaction(app.sql, async (tx) => {
      const target = await applyReceipt(tx, { ...receipt, code }, now);
      if (target === null || code === null) return;
      const { attemptId, optedOut = false, blocked = false } = receipt;
      if (optedOut || blocked) {
        await retireContacts(tx, [{ attemptId, contactPointId: target.contactPointId, optedOut, code }], now);
      }
      const rang = target.channel === 'voice' && target.purpose === 'reminder';
      await hastenDoses(
        tx,
        remindedDose(target).map((dose) => ({ ...dose, rang })),
        now,
      );
    });
  }
  failpoint('callback_written');
}
