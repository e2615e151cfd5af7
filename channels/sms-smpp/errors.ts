import smpp from 'smpp';
import { type FailureKind, failure } from '#channels/outcome.ts';
import type { Outcome } from '#src/domain/attempt.ts';

/**
 * What each command_status of a submit_sm_resp means (SMPP 3.4 §5.1.3). An answer that refuses is definite: a status not
 * listed, the SMSC's own (0x0400 to 0x04FF) too, says that this message will not do.
 */
const BY_STATUS: Record<string, FailureKind> = {
  ESME_RTHROTTLED: 'throttled',
  ESME_RMSGQFUL: 'throttled',
  ESME_RINVDSTADR: 'contact_failed',
  ESME_RX_T_APPN: 'retry',
  ESME_RSUBMITFAIL: 'retry',
  // Ours to mend: the bind, the sender, what the account may do. The contact and the message are good.
  ESME_RINVBNDSTS: 'retry',
  ESME_RBINDFAIL: 'retry',
  ESME_RINVPASWD: 'retry',
  ESME_RINVSYSID: 'retry',
  ESME_RINVSYSTYP: 'retry',
  ESME_RINVSRCADR: 'retry',
  ESME_RINVSRCTON: 'retry',
  ESME_RINVSRCNPI: 'retry',
  ESME_RINVDSTTON: 'retry',
  ESME_RINVDSTNPI: 'retry',
  ESME_RINVSERTYP: 'retry',
  // The SMSC failed inside: whether the message had gone on before, nobody says.
  ESME_RSYSERR: 'unknown',
  ESME_RUNKNOWNERR: 'unknown',
};

const NAMES = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]));

/** The name of a command_status, or its number in hexadecimal. */
export function statusName(status: number): string {
  return NAMES.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

/** What a submit_sm that the SMSC refused means for its message. */
export function refusalOf(status: number): Outcome {
  const name = statusName(status);
  return failure(BY_STATUS[name] ?? 'message_failed', name);
}
