import { describe, expect, test } from 'vitest';
import { deliverSmBody, PduReader, pdu, readBind, readSubmitSm } from './smpp-pdu.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');

/** Octets written by hand from SMPP 3.4 §3.2 and §4.1.1: the bind of the specification's own example. */
const BIND = hex(`
  0000002F 00000002 00000000 00000001
  534D50503354455354 00 7365637265743038 00 5355424D495431 00 50 01 01 00`);

test('a bind, whole or in pieces, and two in one', () => {
  const [request] = new PduReader().push(BIND);
  expect(request).toMatchObject({ command: 2, status: 0, sequence: 1 });
  expect(readBind(request?.body as Buffer)).toEqual({ systemId: 'SMPP3TEST', password: 'secret08' });
  const reader = new PduReader();
  const pieces = [...BIND].flatMap((octet) => reader.push(Buffer.from([octet])));
  expect(pieces).toEqual([request]);
  expect(new PduReader().push(Buffer.concat([BIND, BIND, BIND.subarray(0, 20)]))).toEqual([request, request]);
});

test.each(['0000000F', '7FFFFFFF'])('a length of %s is none', (length) => {
  expect(() => new PduReader().push(hex(length))).toThrow(RangeError);
});

describe('a submit_sm (§4.4.1)', () => {
  const head = '00 0101 3100 0101 3531393800 000000 00';
  const tail = '01 00 00 00';

  test('with a text in GSM 03.38 and a relative validity', () => {
    const validity = Buffer.from('000000010205000R\0').toString('hex');
    const body = hex(`${head} ${validity} ${tail} 06 481B65111B28`);
    expect(readSubmitSm(body)).toMatchObject({
      source: '1',
      destination: { ton: 1, npi: 1, address: '5198' },
      validityPeriod: '000000010205000R',
      registeredDelivery: 1,
      dataCoding: 0,
      text: 'H€_{',
      payload: null,
    });
  });

  test('with a payload in UCS-2, and a TLV nobody knows', () => {
    const body = hex(`${head} 00 01 00 08 00 00 14000002ABCD 04240004 00F3 20AC`);
    expect(readSubmitSm(body)).toMatchObject({ dataCoding: 8, text: 'ó€', validityPeriod: '' });
  });

  test.each(['', '00 01', `${head} 00 ${tail} 05 4848`])('that ends too early is refused: %s', (body) => {
    expect(() => readSubmitSm(hex(body))).toThrow(RangeError);
  });
});

test('a deliver_sm (§4.6.1) in octets', () => {
  const body = deliverSmBody({ from: '5198', to: '1', esmClass: 4, text: 'id:a_b', receipt: { id: 'a', state: 2 } });
  const octets = `00 0101 3531393800 0101 3100 04 00 00 00 00 00 00 00 00 06 69643A611162 001E0002 6100 04270001 02`;
  expect(body).toEqual(hex(octets));
  expect(pdu(0x80000004, 0, 7, hex('6100')).toString('hex')).toBe('000000128000000400000000000000076100');
});
