/** What dosebell uses of the `smpp` package 0.5, which ships no types. Numbers and names are those of SMPP 3.4. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';

  /** A protocol data unit. `short_message` and `message_payload` of one received are decoded by their `data_coding`. */
  export interface Pdu {
    command: string;
    command_status: number;
    sequence_number: number;
    esm_class?: number;
    data_coding?: number;
    source_addr?: string;
    destination_addr?: string;
    message_id?: string;
    short_message?: { message: string | Buffer };
    message_payload?: { message: string | Buffer };
    receipted_message_id?: string;
    message_state?: number;
    response(fields?: { command_status?: number }): Pdu;
  }

  type Request = (fields: object, answered: (answer: Pdu) => void) => boolean;

  /** One connection. Emits `connect` or `secureConnect`, `error`, `close`, and every PDU by its command. */
  export interface Session extends EventEmitter {
    bind_transceiver: Request;
    submit_sm: Request;
    enquire_link: Request;
    unbind: Request;
    /** False when the connection can no longer be written to. */
    send(pdu: Pdu): boolean;
    /** Ends after what was written. */
    close(): void;
    destroy(): void;
  }

  const smpp: {
    connect(options: { host: string; port: number; tls: boolean; servername?: string }): Session;
    errors: Record<string, number>;
    encodings: { ASCII: { match(text: string): boolean; encode(text: string): Buffer } };
  };
  export default smpp;
}
