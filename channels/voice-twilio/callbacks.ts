import type { Receipt } from '#channels/channel.ts';
import { type TwilioParams, textOf } from '#channels/twilio/params.ts';
import { isId } from '#src/domain/ids.ts';

/** What each CallStatus says (twilio.com/docs/voice/api/call-resource#call-status-values); a completed call was picked up. */
const STATES = new Map<string, Receipt['state']>(
  Object.entries({
    queued: 'accepted',
    initiated: 'accepted',
    ringing: 'accepted',
    'in-progress': 'accepted',
    completed: 'accepted',
    busy: 'failed',
    'no-answer': 'failed',
    failed: 'failed',
    canceled: 'failed',
  } as const),
);

/**
 * What a webhook of a call tells of its attempt; `null` when it is not one of ours or says nothing. A machine or a fax that
 * picks up is no answer: the call has failed. A person who picked up has it delivered once the call is over; where Twilio
 * could not tell who it was (`unknown`), it stays accepted until a key is pressed.
 */
export function parseTwilioCall(query: TwilioParams, params: TwilioParams): Receipt | null {
  const attemptId = textOf(query.attempt);
  const ref = textOf(params.CallSid);
  const status = textOf(params.CallStatus) ?? '';
  const state = STATES.get(status);
  if (!attemptId || !isId(attemptId) || !ref || !state) return null;
  const answeredBy = textOf(params.AnsweredBy) ?? '';
  if (/^(machine|fax)/.test(answeredBy)) return { attemptId, ref, state: 'failed', code: answeredBy };
  if (state === 'failed') return { attemptId, ref, state, code: status };
  return { attemptId, ref, state: status === 'completed' && answeredBy === 'human' ? 'delivered' : state };
}
