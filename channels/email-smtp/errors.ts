import { type FailureKind, failure } from '#channels/outcome.ts';
import type { Outcome } from '#src/domain/attempt.ts';

/** What nodemailer says of a failed send (nodemailer.com/errors, RFC 5321 §4.2 reply codes, RFC 3463 enhanced codes). */
export interface SmtpError extends Error {
  code?: string;
  /** The code of the system error behind `code`. */
  originalCode?: string;
  /** Which wait was too long, when `code` is ETIMEDOUT. */
  timeoutType?: string;
  responseCode?: number;
  response?: string;
  command?: string;
  /** Ours: the server was not ready for the message yet, so not a byte of it left. */
  unsent?: boolean;
}

interface Rule {
  when: (
    error: Required<Pick<SmtpError, 'code' | 'command'>> & {
      reply: number;
      enhanced: string;
      words: string;
      cause: string;
      unsent: boolean;
    },
  ) => boolean;
  kind: FailureKind;
}

/** Addresses that do not exist, have moved, or take no mail (RFC 3463 §3.2, §3.3; RFC 7505 null MX). */
const DEAD_MAILBOX = /^5\.(1\.([1236]|10)|2\.1)$/;
const MAILBOX_REPLIES = [550, 551, 553];
/** Failures to set a session up, by nodemailer's code or by what caused it: nothing can have been sent. */
const NO_SESSION = ['EDNS', 'ETLS', 'EAUTH', 'ENOAUTH', 'EPROXY'];
const NO_SESSION_CAUSE =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|(CONNECT|GREETING)_TIMEOUT|ERR_(TLS|SSL)_.*|.*CERT.*|.*SIGNATURE)$/;
const SESSION_COMMANDS = ['CONN', 'EHLO', 'HELO', 'LHLO'];
/** nodemailer's for what it refuses itself, or the server for its sake. */
const OUR_MISTAKE = ['EENVELOPE', 'EMESSAGE'];

/** No code says it; SES: "454 Throttling failure: Maximum sending rate exceeded" (docs.aws.amazon.com/ses). */
const OVER_RATE = /throttl|rate (limit|exceeded)|sending rate|too many messages/i;

/** The first rule that fits. A refusal is certain; a connection lost after the greeting leaves the message unknown. */
const RULES: Rule[] = [
  { when: ({ code, cause }) => NO_SESSION.includes(code) || NO_SESSION_CAUSE.test(cause), kind: 'retry' },
  { when: ({ command, reply }) => SESSION_COMMANDS.includes(command) && reply > 0, kind: 'retry' },
  { when: ({ unsent, code, reply }) => unsent && reply === 0 && !OUR_MISTAKE.includes(code), kind: 'retry' },
  { when: ({ reply, words }) => reply >= 400 && reply < 500 && OVER_RATE.test(words), kind: 'throttled' },
  { when: ({ reply }) => reply >= 400 && reply < 500, kind: 'retry' },
  { when: ({ enhanced }) => DEAD_MAILBOX.test(enhanced), kind: 'contact_failed' },
  {
    // 5.7.x is policy: the server refuses us, not the mailbox.
    when: ({ command, reply, enhanced }) =>
      command === 'RCPT TO' && MAILBOX_REPLIES.includes(reply) && !enhanced.startsWith('5.7.'),
    kind: 'contact_failed',
  },
  // nodemailer found no usable address in the recipient.
  { when: ({ code, command }) => code === 'EENVELOPE' && command === 'API', kind: 'contact_failed' },
  { when: ({ reply }) => reply >= 500, kind: 'message_failed' },
  { when: ({ code }) => OUR_MISTAKE.includes(code), kind: 'message_failed' },
];

/** What a failed send means for its message. */
export function smtpOutcome(error: SmtpError): Outcome {
  const { code = '', command = '', responseCode: reply = 0, response = '', unsent = false } = error;
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? '';
  const cause = error.timeoutType ?? error.originalCode ?? '';
  const rule = RULES.find(({ when }) => when({ code, command, reply, enhanced, words: response, cause, unsent }));
  return failure(rule?.kind ?? 'unknown', enhanced || String(reply || cause || code || error.name));
}
