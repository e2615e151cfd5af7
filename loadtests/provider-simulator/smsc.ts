import { createServer, type Socket } from 'node:net';
import type { Books } from './books.ts';
import { writeAndReset } from './cut.ts';
import { copiesOf, delayOf, type FaultKind, faultOf, type Verdict } from './faults.ts';
import {
  ANSWER,
  COMMAND,
  cString,
  deliverSmBody,
  PduReader,
  pdu,
  type RawPdu,
  readBind,
  readSubmitSm,
} from './smpp-pdu.ts';
import { Timers } from './timers.ts';

/** Who may bind: of no value anywhere else. */
export const SMSC_ACCOUNT = { systemId: 'simulator', password: 'secret08' };

/** command_status (SMPP 3.4 §5.1.3). */
const OK = 0;
const INVALID_LENGTH = 0x01;
const INVALID_COMMAND = 0x03;
const NOT_BOUND = 0x04;
const SYSTEM_ERROR = 0x08;
const INVALID_DESTINATION = 0x0b;
const INVALID_PASSWORD = 0x0e;
const THROTTLED = 0x58;

const BINDS = [COMMAND.bind_receiver, COMMAND.bind_transmitter, COMMAND.bind_transceiver];

const FAULT_STATUS: Partial<Record<FaultKind, number>> = {
  rate_limited: THROTTLED,
  server_error: SYSTEM_ERROR,
  invalid_number: INVALID_DESTINATION,
};

const ESM_RECEIPT = 0x04;
const DELIVERED = { state: 2, word: 'DELIVRD', error: '000' };
const UNDELIVERABLE = { state: 5, word: 'UNDELIV', error: '027' };
const DELIVERY_MS = 5;
/** Characters one SMS carries, in octets as SMPP writes them: longer ones must be a message_payload. */
const MOST_OCTETS: Record<number, number> = { 0: 160, 8: 140 };

interface Peer {
  socket: Socket;
  /** The system_id bound to, null before. */
  systemId: string | null;
  sequence: number;
  /** What waits for the answer to a deliver_sm, by its sequence number. */
  waiting: Map<number, (httpStatus: number) => void>;
}

/** An SMSC that speaks SMPP 3.4: one account, receipts and patients' messages on the session that sent. */
export class Smsc {
  readonly server = createServer((socket) => this.#serve(socket));
  readonly #books: Books;
  readonly #timers = new Timers();
  #messages = 0;

  constructor(books: Books) {
    this.#books = books;
  }

  clear(): void {
    this.#timers.clear();
  }

  #serve(socket: Socket): void {
    const peer: Peer = { socket, systemId: null, sequence: 0, waiting: new Map() };
    const reader = new PduReader();
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      for (const told of peer.waiting.values()) told(0);
      peer.waiting.clear();
    });
    socket.on('data', (piece) => {
      try {
        socket.cork();
        for (const request of reader.push(piece)) this.#take(peer, request);
        socket.uncork();
      } catch {
        socket.destroy();
      }
    });
  }

  #take(peer: Peer, request: RawPdu): void {
    const { command, status, sequence } = request;
    if (command >= ANSWER) {
      peer.waiting.get(sequence)?.(status === OK ? 200 : 503);
      peer.waiting.delete(sequence);
      return;
    }
    if (BINDS.includes(command)) this.#bind(peer, request);
    else if (command === COMMAND.submit_sm && peer.systemId !== null) this.#submit(peer, request);
    else if (command === COMMAND.submit_sm) answer(peer, request, NOT_BOUND);
    else if (command === COMMAND.enquire_link) answer(peer, request, OK);
    else if (command === COMMAND.unbind) {
      answer(peer, request, OK);
      peer.socket.end();
    } else peer.socket.write(pdu(COMMAND.generic_nack, INVALID_COMMAND, sequence));
  }

  #bind(peer: Peer, request: RawPdu): void {
    const { systemId, password } = readBind(request.body);
    const isKnown = systemId === SMSC_ACCOUNT.systemId && password === SMSC_ACCOUNT.password;
    if (isKnown) peer.systemId = systemId;
    answer(peer, request, isKnown ? OK : INVALID_PASSWORD, cString('simulator'));
  }

  #submit(peer: Peer, request: RawPdu): void {
    const message = readSubmitSm(request.body);
    const to = `+${message.destination.address}`;
    const verdict = this.#books.faults.decide('smpp', to);
    const { latencyMs, answer: fault } = verdict;
    const decide = () => {
      const { ton, address } = message.destination;
      const most = message.payload === null ? (MOST_OCTETS[message.dataCoding] ?? 0) : Number.POSITIVE_INFINITY;
      const isTooLong = message.text === '' || message.shortMessage.length > most;
      const isNumber = ton === 1 && /^[1-9]\d{6,14}$/.test(address);
      const status =
        (fault && FAULT_STATUS[fault.kind]) ?? (isNumber ? (isTooLong ? INVALID_LENGTH : OK) : INVALID_DESTINATION);
      if (status !== OK) {
        this.#books.refuse('smpp', null, `0x${status.toString(16).padStart(2, '0')}`);
        return answer(peer, request, status);
      }
      if (fault?.kind === 'reset_mid_request') {
        this.#books.refuse('smpp', null, fault.kind);
        return void peer.socket.resetAndDestroy();
      }
      if (this.#messages === 0 || !faultOf(verdict, 'ref_reused')) this.#messages += 1;
      const ref = `sm_${this.#messages}`;
      const reply = (text: string) => this.#deliver(peer, { from: address, to: message.source, esmClass: 0, text });
      this.#books.accept({ provider: 'smpp', to, reply, text: message.text, attemptId: null, ref, verdict });
      if (message.registeredDelivery === 1) this.#report(peer, ref, { from: address, to: message.source }, verdict);
      if (fault?.kind === 'timeout_after_accept') peer.socket.destroy();
      else if (fault?.kind === 'reset_mid_answer') void writeAndReset(peer.socket, answerHead(request));
      else answer(peer, request, OK, cString(ref));
    };
    if (latencyMs > 0) this.#timers.later(latencyMs, decide);
    else decide();
  }

  /** A receipt in both of its forms: the text of Appendix B and the TLVs. */
  #report(peer: Peer, id: string, addresses: { from: string; to: string }, verdict: Verdict): void {
    if (faultOf(verdict, 'never_delivered')) return;
    const end = faultOf(verdict, 'undeliverable') ? UNDELIVERABLE : DELIVERED;
    const copies = copiesOf(verdict);
    this.#timers.later(DELIVERY_MS + delayOf(verdict, 'delayed_callbacks'), () => {
      if (faultOf(verdict, 'stray_callbacks')) void this.#receipt(peer, `stray_${id}`, addresses, UNDELIVERABLE);
      for (let copy = 0; copy < copies; copy += 1) void this.#receipt(peer, id, addresses, end);
    });
  }

  #receipt(
    peer: Peer,
    id: string,
    addresses: { from: string; to: string },
    { state, word, error }: typeof DELIVERED,
  ): Promise<number> {
    const date = new Date().toISOString().slice(2, 16).replace(/\D/g, '');
    const count = word === DELIVERED.word ? '001' : '000';
    const text = `id:${id} sub:001 dlvrd:${count} submit date:${date} done date:${date} stat:${word} err:${error} text:`;
    return this.#deliver(peer, { ...addresses, esmClass: ESM_RECEIPT, text, receipt: { id, state } });
  }

  /** 200 once the other side took it, 503 when it said not to, 0 when it was not there to. */
  #deliver(peer: Peer, delivery: Parameters<typeof deliverSmBody>[0]): Promise<number> {
    if (!peer.socket.writable) return Promise.resolve(0);
    peer.sequence += 1;
    const { sequence } = peer;
    peer.socket.write(pdu(COMMAND.deliver_sm, OK, sequence, deliverSmBody(delivery)));
    return new Promise((resolve) => peer.waiting.set(sequence, resolve));
  }
}

/** An answer that breaks off within its header. */
function answerHead({ command, sequence }: RawPdu): Buffer {
  return pdu(command + ANSWER, OK, sequence).subarray(0, 10);
}

function answer({ socket }: Peer, { command, sequence }: RawPdu, status: number, body?: Buffer): void {
  if (socket.writable) socket.write(pdu(command + ANSWER, status, sequence, status === OK ? body : undefined));
}
