import { accountOf, type Channel, type Receipt, type RefReceipt } from '#channels/channel.ts';
import { receiveReply } from '../ack/inbound.ts';
import { attemptsOfRefs } from '../store/provider-refs.ts';
import type { Dispatcher } from './dispatcher.ts';
import { applyReceipts } from './receipts.ts';

/** Listens on the connections of the providers that speak on them: receipts, and what patients answer. */
export function openInbox(app: Dispatcher): void {
  for (const sender of [...app.channels.values()].flat()) {
    sender.receive?.({
      receipts: async (receipts) => applyReceipts(app, await named(app, sender, receipts)),
      reply: async (message) => (await receiveReply(app, { ...message, channel: 'sms' })).reply,
    });
  }
}

/** The receipts with their attempts; those of messages that are not ours are left out. */
async function named(app: Dispatcher, sender: Channel, receipts: RefReceipt[]): Promise<Receipt[]> {
  const refs = receipts.flatMap(({ attemptId, ref }) => (attemptId === undefined ? [ref] : []));
  const known = refs.length === 0 ? new Map() : await attemptsOfRefs(app.sql, accountOf(sender), refs);
  return receipts.flatMap((receipt) => {
    const attemptId = receipt.attemptId ?? known.get(receipt.ref);
    return attemptId === undefined ? [] : [{ ...receipt, attemptId }];
  });
}
