import { describe, expect, test } from 'vitest';
import { refusalOf, statusName } from './errors.ts';

/** Values of SMPP 3.4 §5.1.3, table 5-2. */
describe('what a refused submit_sm means', () => {
  test.each([
    [0x01, { kind: 'message_failed', code: 'ESME_RINVMSGLEN' }],
    [0x04, { kind: 'retry', code: 'ESME_RINVBNDSTS' }],
    [0x08, { kind: 'unknown', code: 'ESME_RSYSERR' }],
    [0x0a, { kind: 'retry', code: 'ESME_RINVSRCADR' }],
    [0x0b, { kind: 'contact_failed', code: 'ESME_RINVDSTADR', optedOut: false }],
    [0x0d, { kind: 'retry', code: 'ESME_RBINDFAIL' }],
    [0x0e, { kind: 'retry', code: 'ESME_RINVPASWD' }],
    [0x0f, { kind: 'retry', code: 'ESME_RINVSYSID' }],
    [0x14, { kind: 'retry', code: 'ESME_RMSGQFUL', throttled: true }],
    [0x15, { kind: 'retry', code: 'ESME_RINVSERTYP' }],
    [0x43, { kind: 'message_failed', code: 'ESME_RINVESMCLASS' }],
    [0x45, { kind: 'retry', code: 'ESME_RSUBMITFAIL' }],
    [0x48, { kind: 'retry', code: 'ESME_RINVSRCTON' }],
    [0x50, { kind: 'retry', code: 'ESME_RINVDSTTON' }],
    [0x58, { kind: 'retry', code: 'ESME_RTHROTTLED', throttled: true }],
    [0x62, { kind: 'message_failed', code: 'ESME_RINVEXPIRY' }],
    [0x64, { kind: 'retry', code: 'ESME_RX_T_APPN' }],
    [0x65, { kind: 'message_failed', code: 'ESME_RX_P_APPN' }],
    [0xff, { kind: 'unknown', code: 'ESME_RUNKNOWNERR' }],
    [0x0410, { kind: 'message_failed', code: '0x00000410' }],
  ])('0x%s', (status, expected) => {
    expect(refusalOf(status)).toStrictEqual(expected);
  });
});

test('a status is named as the specification names it', () => {
  expect([0, 0x0e, 0x7777].map(statusName)).toEqual(['ESME_ROK', 'ESME_RINVPASWD', '0x00007777']);
});
