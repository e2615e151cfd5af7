import { expect, test } from 'vitest';
import { type SmtpError, smtpOutcome } from './errors.ts';

const failed = (fields: Partial<SmtpError>) => smtpOutcome(Object.assign(new Error('x'), fields));
const reply = (command: string, response: string, code = 'EENVELOPE') =>
  failed({ code, command, response, responseCode: Number.parseInt(response, 10) });

test.each([
  ['mailbox unknown', reply('RCPT TO', '550 5.1.1 no such user'), 'contact_failed', '5.1.1'],
  ['mailbox unknown, no enhanced code', reply('RCPT TO', '550 no such user'), 'contact_failed', '550'],
  ['not local', reply('RCPT TO', '551 try elsewhere'), 'contact_failed', '551'],
  ['mailbox name refused', reply('RCPT TO', '553 bad name'), 'contact_failed', '553'],
  ['mailbox unknown, said at the end', reply('DATA', '550 5.1.1 no such user', 'EMESSAGE'), 'contact_failed', '5.1.1'],
  ['mailbox disabled', reply('RCPT TO', '550 5.2.1 disabled'), 'contact_failed', '5.2.1'],
  ['a domain that takes no mail', reply('RCPT TO', '556 5.1.10 null MX'), 'contact_failed', '5.1.10'],
  ['we are refused by policy', reply('RCPT TO', '550 5.7.1 relaying denied'), 'message_failed', '5.7.1'],
  ['our sender is refused', reply('MAIL FROM', '550 5.1.8 bad sender'), 'message_failed', '5.1.8'],
  ['mailbox full', reply('RCPT TO', '552 5.2.2 full'), 'message_failed', '5.2.2'],
  ['content refused', reply('DATA', '554 5.6.0 no', 'EMESSAGE'), 'message_failed', '5.6.0'],
  ['greylisted', reply('RCPT TO', '450 4.2.0 greylisted'), 'retry', '4.2.0'],
  ['throttled', reply('DATA', '454 4.7.0 throttled', 'EMESSAGE'), 'retry', '4.7.0'],
  ['greeting refused', reply('CONN', '554 no service', 'EPROTOCOL'), 'retry', '554'],
  ['closing', reply('CONN', '421 4.3.2 closing', 'ECONNECTION'), 'retry', '4.3.2'],
  ['login refused', reply('AUTH PLAIN', '535 5.7.8 bad credentials', 'EAUTH'), 'retry', '5.7.8'],
  [
    'nobody listens',
    failed({ code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' }),
    'retry',
    'ECONNREFUSED',
  ],
  ['unknown host', failed({ code: 'EDNS', command: 'CONN' }), 'retry', 'EDNS'],
  ['no connection', failed({ code: 'ETIMEDOUT', timeoutType: 'CONNECT_TIMEOUT' }), 'retry', 'CONNECT_TIMEOUT'],
  ['no greeting', failed({ code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }), 'retry', 'GREETING_TIMEOUT'],
  [
    'untrusted server',
    failed({ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', command: 'CONN' }),
    'retry',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ],
  [
    'connection lost before the message',
    failed({ code: 'ECONNECTION', command: 'CONN', unsent: true }),
    'retry',
    'ECONNECTION',
  ],
  ['no usable address', failed({ code: 'EENVELOPE', command: 'API' }), 'contact_failed', 'EENVELOPE'],
  ['too large for the server', failed({ code: 'EMESSAGE', command: 'MAIL FROM' }), 'message_failed', 'EMESSAGE'],
  [
    'silence',
    failed({ code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT', command: 'CONN' }),
    'unknown',
    'SOCKET_TIMEOUT',
  ],
  ['connection lost', failed({ code: 'ECONNECTION', command: 'CONN' }), 'unknown', 'ECONNECTION'],
  [
    'connection reset',
    failed({ code: 'ESOCKET', originalCode: 'ECONNRESET', command: 'CONN' }),
    'unknown',
    'ECONNRESET',
  ],
  ['cut off by our own bound', failed({ code: 'EABORT' }), 'unknown', 'EABORT'],
  ['anything else', failed({}), 'unknown', 'Error'],
])('%s', (_, outcome, kind, code) => {
  expect(outcome).toMatchObject({ kind, code });
});
