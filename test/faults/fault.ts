import type { FaultOrder } from '#loadtests/provider-simulator/faults.ts';
import type { DoseState } from '#src/domain/dose.ts';
import type { Pool } from '#src/store/pool.ts';

export type ServiceName = 'worker' | 'scheduler' | 'api';

/** A real process of the service. */
export interface Service {
  name: ServiceName;
  pid: number;
  url: string;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Exit code or signal, once it has ended. */
  ended: Promise<number | string>;
  log(): string;
}

/** A TCP proxy between the services and one of their servers. Whatever is set holds until `heal`. */
export interface Proxy {
  /** New connections are refused, those there are reset. */
  down(): void;
  /** Those there are reset; new ones are let through. */
  reset(): void;
  /** Bytes are taken and go nowhere: the connection looks alive. */
  halfOpen(): void;
  /** Every piece is held back so long, either way. */
  latency(ms: number): void;
  /** Bytes a second, either way. */
  bandwidth(bytesPerSecond: number): void;
  heal(): void;
}

/** What a fault is injected into: real processes under a real load, all of it seeded. */
export interface World {
  /** In [0, 1), the same in every run with the same seed. */
  random(): number;
  /** The database as it is, past the proxy. */
  sql: Pool;
  databaseUrl: string;
  /** Redis as it is, past the proxy; `server` is the process, started again with the same data by `restartRedis`. */
  redisUrl: string;
  servers: { postgresPid: number; redisPid(): number };
  restartRedis(options?: { flushed?: boolean; awayMs?: number }): Promise<void>;
  restartPostgres(options?: { awayMs?: number }): Promise<void>;
  proxies: { postgres: Proxy; redis: Proxy; fcm: Proxy; sms: Proxy; smtp: Proxy };
  /** The provider simulator, a process of its own. */
  simulator: { order(fault: FaultOrder): Promise<void>; clear(): Promise<void> };
  services(name: ServiceName): Service[];
  /** Starts one more; `env` adds settings, such as FAILPOINT. */
  start(name: ServiceName, env?: Record<string, string>): Promise<Service>;
  /** The first instant at which doses of the load are due. */
  due: Date;
  /** Until so many messages of the load were accepted by the providers, or `seconds` have passed. Returns how many. */
  accepted(count: number, seconds?: number): Promise<number>;
  /**
   * A patient answers a dose with "taken", once: the HTTP status, 0 when no answer came. What was answered 2xx is held against
   * our books in the end; a patient who reads anything else taps again.
   */
  answer(doseId: string): Promise<number>;
  /** Waits until `test` holds; throws with `what` after `seconds`. */
  until(what: string, test: () => Promise<boolean> | boolean, seconds?: number): Promise<void>;
  sleep(ms: number): Promise<void>;
}

/** One way things go wrong, and what dosebell promises all the same. */
export interface Fault {
  /** As the table prints it, such as "kill -9 of the worker: answered". */
  name: string;
  /** As in docs/reliability.md. */
  part: 'redis' | 'process' | 'postgres' | 'provider' | 'time' | 'deploy';
  /** Doses of the load: most are due at one instant, each has a push, an SMS or a mail by the usual mix. */
  doses: number;
  /** Settings of the services, such as a short LEASE_SECONDS. */
  env?: Record<string, string>;
  /** Seconds from the moment `inject` returns until every message was sent. */
  recoversWithin: number;
  /** States in which a dose may end without a message, each with its reason: `undelivered` after hours of outage. */
  mayEnd?: readonly DoseState[];
  /** Whether it also runs within `npm test`: short ones only. */
  inTests?: boolean;
  /**
   * Called with the load planned, one worker, one scheduler and one API running, some two seconds before `due`. Waits for its
   * moment, makes it go wrong, and returns once the cause is gone: the server is back, the process was started again.
   */
  inject(world: World): Promise<void>;
  /** What must hold besides: every message sent once, every dose accounted for, every answer kept. Throws in words. */
  check?(world: World): Promise<void>;
}
