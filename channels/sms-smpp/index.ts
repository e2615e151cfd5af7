import type { Pdu } from 'smpp';
import { batches } from '#channels/batch.ts';
import type { Channel, Inbox, OutboundMessage } from '#channels/channel.ts';
import { failure } from '#channels/outcome.ts';
import { segmentsOf } from '#channels/sms-segments.ts';
import { lost } from '#channels/transport.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import { addressOf, textFields, validityOf } from './encode.ts';
import { refusalOf } from './errors.ts';
import { isReceipt, receiptOf, replyOf } from './incoming.ts';
import { Link } from './link.ts';

export interface SmppSettings {
  /** smpp://systemId:password@host:port, or ssmpp: for TLS. */
  url: string;
  /** An E.164 number, a short code, or a name of up to 11 letters. */
  from: string;
  /** Of this sender among the channel's senders. */
  weight: number;
  /** Segments a second that this account may send. */
  perSecond: number;
  /** How long binding, and one message, may take; 10 s unless told. */
  timeoutMs?: number;
  /** The true time, where the machine's clock is not trusted. */
  now?: () => Date;
}

/** Messages submitted and not answered yet: SMSCs bound it too, and answer ESME_RTHROTTLED or ESME_RMSGQFUL beyond. */
const WINDOW = 50;
const ENQUIRE_MS = 30_000;
/** Message ids remembered for the receipts that follow within minutes; older ones are found by their row. */
const REFS = 50_000;
const FINAL_RECEIPT = 1;
const OK = 0;
const TRY_AGAIN = 0x64; // ESME_RX_T_APPN

/**
 * SMS by SMPP 3.4. A submit_sm that got no answer stays unknown: SMPP has no field that could carry our attempt's id, and
 * query_sm asks by the message id that never came. A late answer still tells. Receipts name the SMSC's message id: this
 * process adds the attempt while it remembers it. Throws on a URL without host.
 */
export function createSmppChannel(settings: SmppSettings): Channel {
  const { url, from, weight, perSecond, timeoutMs = 10_000, now = () => new Date() } = settings;
  const { protocol, hostname, port, username, password } = new URL(url);
  /** By message id; null where the SMSC gave one id to two messages, and nobody knows whose a receipt is. */
  const attempts = new Map<string, string | null>();
  let inbox: Inbox | undefined;
  const tls = protocol === 'ssmpp:';
  const link = new Link({
    host: hostname,
    port: Number(port || (tls ? 3550 : 2775)),
    tls,
    systemId: decodeURIComponent(username),
    password: decodeURIComponent(password),
    timeoutMs,
    enquireMs: ENQUIRE_MS,
    onDeliver: (pdu) => deliver(pdu).catch(() => TRY_AGAIN),
  });

  /** Receipts come in the same breath as the answer they follow. */
  const remember = (attemptId: string, ref: string) => {
    const known = attempts.get(ref);
    attempts.set(ref, known === undefined || known === attemptId ? attemptId : null);
    if (attempts.size > REFS) attempts.delete(attempts.keys().next().value as string);
  };
  const sendOne = async ({ attemptId, to, text, expiresAt }: OutboundMessage): Promise<Outcome> => {
    const validity_period = validityOf((expiresAt.getTime() - now().getTime()) / 1000);
    const fields = { ...submission(from, to, text), validity_period, registered_delivery: FINAL_RECEIPT };
    try {
      const { command_status, message_id: ref } = await link.submit(fields, (answer, isLate) => {
        if (answer.command_status !== OK || !answer.message_id) return;
        remember(attemptId, answer.message_id);
        if (isLate) inbox?.receipts([{ attemptId, state: 'accepted', ref: answer.message_id }]).catch(() => undefined);
      });
      if (command_status !== OK) return refusalOf(command_status);
      return ref ? { kind: 'accepted', ref } : failure('unknown', 'no_message_id');
    } catch (error) {
      return lost(error);
    }
  };

  /** Rejects, and so asks the SMSC to tell it again, when it could not be taken in. */
  const deliver = async (pdu: Pdu): Promise<number> => {
    if (inbox === undefined) return TRY_AGAIN;
    if (!isReceipt(pdu)) {
      const reply = replyOf(pdu, now());
      const answer = await inbox.reply(reply);
      // A courtesy: what the patient said is recorded, whether or not this arrives.
      if (answer !== null) link.submit(submission(from, reply.from, answer)).catch(() => undefined);
      return OK;
    }
    const receipt = receiptOf(pdu);
    if (receipt === null) return OK;
    const attemptId = attempts.get(receipt.ref);
    if (attemptId === null) return OK;
    await inbox.receipts([attemptId === undefined ? receipt : { ...receipt, attemptId }]);
    return OK;
  };

  return {
    name: 'sms',
    provider: 'smpp',
    sender: from,
    weight,
    perSecond,
    width: WINDOW,
    units: ({ text }) => segmentsOf(text),
    idempotent: false,
    receipts: true,
    send: batches(WINDOW, sendOne),
    receive(handlers) {
      inbox = handlers;
      link.open().catch(() => undefined);
    },
    close: () => link.close(),
  };
}

function submission(from: string, to: string, text: string) {
  const [source, target] = [addressOf(from), addressOf(to)];
  return {
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.addr,
    dest_addr_ton: target.ton,
    dest_addr_npi: target.npi,
    destination_addr: target.addr,
    ...textFields(text),
  };
}
