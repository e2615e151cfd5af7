import type { Pdu } from 'smpp';
import { describe, expect, test } from 'vitest';
import { isReceipt, receiptOf, replyOf } from './incoming.ts';

const deliver = (fields: Partial<Pdu>) => fields as Pdu;
const text = (message: string | Buffer, fields: Partial<Pdu> = {}) =>
  deliver({ short_message: { message }, ...fields });
/** Appendix B's form. */
const told = (id: string, stat: string, err = '000') =>
  `id:${id} sub:001 dlvrd:001 submit date:2611220400 done date:2611220401 stat:${stat} err:${err} text:Es la hora`;

test.each([
  [0x00, false],
  [0x04, true],
  [0x20, true],
  [0x40, false],
  [0x44, true],
  [0x08, false],
])('esm_class %i', (esm_class, expected) => {
  expect(isReceipt(deliver({ esm_class }))).toBe(expected);
});

describe('a receipt', () => {
  test.each([
    ['DELIVRD', '000', { state: 'delivered' }],
    ['ENROUTE', '000', { state: 'accepted' }],
    ['ACCEPTD', '000', { state: 'accepted' }],
    ['EXPIRED', '000', { state: 'failed', code: 'EXPIRED' }],
    ['DELETED', '0', { state: 'failed', code: 'DELETED' }],
    ['UNDELIV', '027', { state: 'failed', code: 'UNDELIV_027' }],
    ['REJECTD', '1A', { state: 'failed', code: 'REJECTD_1A' }],
  ])('whose text says %s, error %s', (stat, err, expected) => {
    expect(receiptOf(text(told('0123456789', stat, err)))).toStrictEqual({ ref: '0123456789', ...expected });
  });

  test.each([
    [1, 'accepted'],
    [2, 'delivered'],
    [3, 'failed'],
    [4, 'failed'],
    [5, 'failed'],
    [6, 'accepted'],
    [8, 'failed'],
  ])('whose message_state is %i', (message_state, state) => {
    expect(receiptOf(deliver({ receipted_message_id: 'A1', message_state }))).toMatchObject({ ref: 'A1', state });
  });

  test('is believed by its TLVs before its text', () => {
    const pdu = text(told('other', 'DELIVRD'), { receipted_message_id: 'mine', message_state: 2 });
    expect(receiptOf(pdu)).toEqual({ ref: 'mine', state: 'delivered' });
  });

  test.each([
    ['ASCII, which the library read as GSM 03.38', told('a§b', 'DELIVRD')],
    ['GSM 03.38', told('a_b', 'DELIVRD')],
  ])('keeps the id when it was %s', (_, message) => {
    expect(receiptOf(text(message, { data_coding: 0 }))?.ref).toBe('a_b');
  });

  test('may be octets, or a payload', () => {
    expect(receiptOf(text(Buffer.from(told('x1', 'DELIVRD')), { data_coding: 4 }))?.ref).toBe('x1');
    expect(receiptOf(text('', { message_payload: { message: told('x2', 'DELIVRD') } }))?.ref).toBe('x2');
  });

  test.each([told('x', 'UNKNOWN'), told('x', 'NONSENSE'), 'stat:DELIVRD', '', 'hello'])(
    '%j says nothing',
    (message) => {
      expect(receiptOf(text(message))).toBeNull();
    },
  );
});

describe('a reply', () => {
  const at = new Date('2026-11-22T08:00:05Z');
  const pdu = text('1', { source_addr: '51987654321', destination_addr: '15005550008' });

  test('has the number as E.164, and its words', () => {
    expect(replyOf(pdu, at)).toEqual({
      sid: expect.stringMatching(/^smpp-[0-9a-f]{32}$/),
      from: '+51987654321',
      body: '1',
    });
  });

  test('told again is the same message; other words, numbers or minutes are another', () => {
    const { sid } = replyOf(pdu, at);
    expect(replyOf({ ...pdu }, new Date('2026-11-22T08:00:50Z')).sid).toBe(sid);
    const others = [
      replyOf({ ...pdu, short_message: { message: '2' } } as Pdu, at),
      replyOf({ ...pdu, source_addr: '51987654322' } as Pdu, at),
      replyOf(pdu, new Date('2026-11-22T20:00:05Z')),
    ];
    for (const other of others) expect(other.sid).not.toBe(sid);
  });
});
