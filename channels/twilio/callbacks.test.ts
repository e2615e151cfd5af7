import { describe, expect, test } from 'vitest';
import { parseTwilioInbound, parseTwilioStatus } from './callbacks.ts';

const ATTEMPT = '0195512c-8a00-7000-8000-000000000001';
const SID = `SM${'a'.repeat(32)}`;

describe('a status callback', () => {
  const receipt = (status: string, more = {}) =>
    parseTwilioStatus({ attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: status, ...more });

  test.each([
    ['accepted', 'accepted'],
    ['queued', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'accepted'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
  ])('%s is %s', (status, state) => {
    expect(receipt(status)).toStrictEqual({ attemptId: ATTEMPT, state, ref: SID });
  });

  test.each([
    ['undelivered', { ErrorCode: '30003' }, '30003', false],
    ['failed', { ErrorCode: '21610' }, '21610', true],
    ['failed', {}, 'failed', false],
    ['failed', { ErrorCode: '63016' }, '63016', false],
    ['undelivered', { ErrorCode: '63041' }, 'template_paused', false],
    ['canceled', {}, 'canceled', false],
  ])('%s with %j has failed', (status, more, code, optedOut) => {
    expect(receipt(status, more)).toStrictEqual({ attemptId: ATTEMPT, state: 'failed', ref: SID, code, optedOut });
  });

  test('of somebody who blocked us says so', () => {
    expect(receipt('failed', { ErrorCode: '63014' })).toMatchObject({ code: '63014', optedOut: false, blocked: true });
  });

  test.each([
    ['no attempt', {}, { MessageSid: SID, MessageStatus: 'sent' }],
    ['an attempt that is no id', { attempt: "1' OR 1=1" }, { MessageSid: SID, MessageStatus: 'sent' }],
    ['two attempts', { attempt: [ATTEMPT, ATTEMPT] }, { MessageSid: SID, MessageStatus: 'sent' }],
    ['no sid', { attempt: ATTEMPT }, { MessageStatus: 'sent' }],
    ['no status', { attempt: ATTEMPT }, { MessageSid: SID }],
    ['a status never heard of', { attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: 'lost' }],
    ['a status of another kind', { attempt: ATTEMPT }, { MessageSid: SID, MessageStatus: 'constructor' }],
  ])('says nothing with %s', (_, query, params) => {
    expect(parseTwilioStatus(query, params)).toBeNull();
  });
});

describe('an incoming message', () => {
  const params = { MessageSid: SID, From: '+51900000001', To: '+15005550006', Body: ' 1 ' };
  const sms = { sid: SID, channel: 'sms', from: '+51900000001', body: ' 1 ' };
  /** As Twilio forwards a pressed quick-reply button. */
  const pressed = {
    ...params,
    From: 'whatsapp:+51900000001',
    To: 'whatsapp:+15005550006',
    Body: 'Ya la tomé',
    ButtonText: 'Ya la tomé',
    ButtonPayload: 'taken:abc-DEF_1',
    OriginalRepliedMessageSid: 'MM1',
    NumMedia: '0',
  };
  const button = { sid: SID, channel: 'whatsapp', from: '+51900000001', body: 'Ya la tomé', quotes: 'MM1' };

  test('is read as written', () => {
    expect(parseTwilioInbound(params)).toStrictEqual(sms);
    expect(parseTwilioInbound({ ...params, Body: '' })).toStrictEqual({ ...sms, body: '' });
    expect(parseTwilioInbound({ ...params, From: 'whatsapp:+51900000001' })).toStrictEqual({
      ...sms,
      channel: 'whatsapp',
    });
  });

  test.each([
    ['taken:abc-DEF_1', { token: 'abc-DEF_1', answer: 'taken' }],
    ['later:abc', { token: 'abc', answer: 'snoozed' }],
    ['skip:abc', { token: 'abc', answer: 'skipped' }],
    ['flightid1', {}],
    ['taken:', {}],
    ['taken:a b', {}],
    [`taken:${'a'.repeat(101)}`, {}],
    ['constructor:abc', {}],
    [undefined, {}],
    [['taken:a', 'skip:a'], {}],
  ])('with the button %j binds %j', (ButtonPayload, expected) => {
    expect(parseTwilioInbound({ ...pressed, ButtonPayload })).toStrictEqual({ ...button, ...expected });
  });

  test.each([
    ['OptOutType', 'STOP', { keyword: 'stop' }],
    ['OptOutType', 'start', { keyword: 'start' }],
    ['OptOutType', 'HELP', { keyword: 'help' }],
    ['OptOutType', 'OTHER', {}],
    ['NumMedia', '2', { media: 2 }],
    ['NumMedia', '0', {}],
    ['NumMedia', 'many', {}],
    ['NumMedia', '-1', {}],
  ])('with %s %s says %j', (name, value, expected) => {
    expect(parseTwilioInbound({ ...params, [name]: value })).toStrictEqual({ ...sms, ...expected });
  });

  test.each([
    ['STOP', 'stop'],
    [' stop ', 'stop'],
    ['Unsubscribe', 'stop'],
    ['START', 'start'],
    ['yes', undefined],
    ['STOP PLEASE', undefined],
    ['no me escriban mas', undefined],
    ['constructor', undefined],
  ])('%j is, as an SMS, what Twilio deals with itself: %s', (Body, keyword) => {
    expect(parseTwilioInbound({ ...params, Body })).toStrictEqual({ ...sms, body: Body, ...(keyword && { keyword }) });
    expect(parseTwilioInbound({ ...params, Body, From: 'whatsapp:+51900000001' })).not.toHaveProperty('keyword');
  });

  test.each(['MessageSid', 'From', 'To', 'Body'])('is nothing without %s, or with two of it', (name) => {
    expect(parseTwilioInbound({ ...params, [name]: undefined })).toBeNull();
    expect(parseTwilioInbound({ ...params, [name]: ['a', 'b'] })).toBeNull();
  });
});
