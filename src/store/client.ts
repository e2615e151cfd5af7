import { connect } from 'node:net';
import postgres from 'postgres';

/** In seconds: how long a connection may take to be made, and the longest pause before the next try. */
const CONNECT_SECONDS = 5;
const LONGEST_PAUSE = 1;

/** A statement of a service ends after this long, and so does a transaction that is left lying open. In seconds. */
const STATEMENT_SECONDS = 30;
const IDLE_TRANSACTION_SECONDS = 15;
/** So the server has said something by then, or is gone. In milliseconds. */
const SILENCE_MS = (STATEMENT_SECONDS + 5) * 1000;
const LIMITS = `-c statement_timeout=${STATEMENT_SECONDS}s -c idle_in_transaction_session_timeout=${IDLE_TRANSACTION_SECONDS}s`;

/**
 * What the client had not written when a connection was lost goes in front of the next greeting, and both are put off for
 * ever, unless they are this long (in bytes). Then the server hangs up, and the query that waited is told.
 */
const PADDING = ' '.repeat(1024);

interface ClientOptions {
  max: number;
  bounded: boolean;
  /** A client of the same server, whose array types are known. */
  like?: postgres.Sql;
  /** Called once, at the first loss of a connection that had been made. */
  onLoss: () => void;
}

/** A client of postgres.js, with its transactions made safe against the loss of their connection. */
export function openClient(url: string, { max, bounded, like, onLoss }: ClientOptions): postgres.Sql {
  let hasConnected = false;
  let isLost = false;
  // Array types are asked for as a connection opens, and to lose it then would end the process.
  const knowsTypes = like !== undefined && TEXT_ARRAY in like.options.parsers;
  const options = {
    max,
    onnotice: () => {},
    connect_timeout: CONNECT_SECONDS,
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, LONGEST_PAUSE),
    fetch_types: !knowsTypes,
    connection: { application_name: 'dosebell', TimeZone: 'UTC', options: (bounded ? LIMITS : '') + PADDING },
    types: { date: { to: 1082, from: [1082], serialize: (x: string) => x, parse: (x: string) => x } },
    onparameter: () => {
      hasConnected = true;
    },
    onclose: () => {
      if (hasConnected && !isLost) onLoss();
      isLost ||= hasConnected;
    },
    ...(isEncrypted(url) ? {} : { socket: socketMaker(bounded) }),
  };
  const client = postgres(url, options as unknown as postgres.Options<Record<string, never>>) as postgres.Sql;
  if (knowsTypes) {
    Object.assign(client.options.parsers, like.options.parsers);
    Object.assign(client.options.serializers, like.options.serializers);
  }
  return Object.assign(client, { begin: lossProof(client.begin) });
}

/** The oid of `text[]`. */
const TEXT_ARRAY = 1009;

function isEncrypted(url: string): boolean {
  const { searchParams } = new URL(url);
  return (searchParams.get('sslmode') ?? searchParams.get('ssl') ?? 'disable') !== 'disable';
}

/**
 * Makes sockets to which a server that hangs up is an error (to one that hangs up at once the client would come back at once,
 * without end), and one that is silent for longer than any statement may take is gone: of a machine that vanished TCP
 * itself tells after many minutes.
 */
function socketMaker(bounded: boolean) {
  let turn = 0;
  return (options: { host: string[]; port: number[]; parsers: object; fetch_types: boolean }) => {
    const { host, port, parsers } = options;
    options.fetch_types = !(TEXT_ARRAY in parsers);
    const i = turn++ % host.length;
    const socket = connect({ host: host[i] as string, port: port[i] as number, noDelay: true });
    const fail = (code: string) => socket.destroy(Object.assign(new Error(`PostgreSQL: ${code}`), { code }));
    socket.once('end', () => {
      if (!socket.writableEnded) fail('ECONNRESET');
    });
    if (bounded) socket.setTimeout(SILENCE_MS, () => fail('ETIMEDOUT'));
    return socket;
  };
}

type Begin = postgres.Sql['begin'];
type Work = (tx: postgres.TransactionSql) => Promise<unknown>;

/**
 * `begin` that asks nothing more once its connection is lost. postgres.js sends the ROLLBACK, and whatever the work asks
 * later, to a connection that is gone, which ends the process, or is another's by then, outside of any transaction.
 */
function lossProof(begin: Begin): Begin {
  return ((...args: [string, Work] | [Work]) => {
    const work = args.at(-1) as Work;
    let lost: Error | undefined;
    const proofed: Work = (tx) =>
      new Promise((resolve, reject) => {
        const refuseWhenLost = () => {
          if (lost !== undefined) throw lost;
        };
        const guarded = new Proxy(tx, {
          apply(target, self, given) {
            refuseWhenLost();
            return Reflect.apply(target as never, self, given);
          },
          get(target, key) {
            refuseWhenLost();
            return Reflect.get(target, key);
          },
        });
        // That the connection is lost is known a moment after its statement failed: then nobody waits for this promise.
        work(guarded).then(
          (result) => lost ?? resolve(result),
          (error) => setImmediate(() => lost ?? reject(error)),
        );
      });
    const running = (args.length === 2 ? begin(args[0], proofed) : begin(proofed)) as Promise<unknown>;
    running.catch((error: Error) => {
      lost = error;
    });
    return running;
  }) as Begin;
}
