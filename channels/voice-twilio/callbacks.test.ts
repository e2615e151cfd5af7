import { describe, expect, it } from 'vitest';
import { parseTwilioCall } from './callbacks.ts';

const attempt = '019ab000-0000-7000-8000-000000000001';
const CallSid = `CA${'0'.repeat(32)}`;
const parse = (status: string, more: Record<string, string> = {}) =>
  parseTwilioCall({ attempt }, { CallSid, CallStatus: status, ...more });

describe('what a call tells', () => {
  it.each([
    ['queued', {}, 'accepted', undefined],
    ['initiated', {}, 'accepted', undefined],
    ['ringing', {}, 'accepted', undefined],
    ['in-progress', { AnsweredBy: 'human' }, 'accepted', undefined],
    ['completed', { AnsweredBy: 'human' }, 'delivered', undefined],
    ['completed', { AnsweredBy: 'unknown' }, 'accepted', undefined],
    ['completed', {}, 'accepted', undefined],
    ['in-progress', { AnsweredBy: 'machine_start' }, 'failed', 'machine_start'],
    ['completed', { AnsweredBy: 'machine_start' }, 'failed', 'machine_start'],
    ['completed', { AnsweredBy: 'fax' }, 'failed', 'fax'],
    ['busy', {}, 'failed', 'busy'],
    ['no-answer', {}, 'failed', 'no-answer'],
    ['failed', {}, 'failed', 'failed'],
    ['canceled', {}, 'failed', 'canceled'],
  ] as const)('%s %j is %s', (status, more, state, code) => {
    expect(parse(status, more)).toEqual({ attemptId: attempt, ref: CallSid, state, ...(code && { code }) });
  });

  it.each([
    ['no attempt', {}, { CallSid, CallStatus: 'completed' }],
    ['an attempt that is no id', { attempt: 'x' }, { CallSid, CallStatus: 'completed' }],
    ['two attempts', { attempt: [attempt, attempt] }, { CallSid, CallStatus: 'completed' }],
    ['no call', { attempt }, { CallStatus: 'completed' }],
    ['no status', { attempt }, { CallSid }],
    ['a status nobody knows', { attempt }, { CallSid, CallStatus: 'constructor' }],
  ])('%s says nothing', (_, query, params) => {
    expect(parseTwilioCall(query, params)).toBeNull();
  });
});
