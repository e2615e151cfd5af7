import type postgres from 'postgres';
import type { Channel } from '#channels/channel.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import type { Outcome } from '#src/domain/attempt.ts';
import type { Pool } from '#src/store/pool.ts';

/** Where real code is made to stand still: after a chunk was held, after the truth was read, and at the provider. */
type Stop = 'held' | 'read' | 'send' | 'look up' | 'ended';

/** Statements after which it stands still. */
const AFTER: readonly [RegExp, Stop][] = [
  [/UPDATE chunks SET state = 'sending'/, 'held'],
  [/AS "doseState"/, 'read'],
];

class Killed extends Error {}

/** Runs one piece of the service on the real database, from one stop to the next, or ends it there as kill -9 would. */
export class Hand {
  at: Stop | null = null;
  readonly #app: Dispatcher;
  #resume: { go(outcome: Outcome | null): void; die(): void } | null = null;
  #arrived: () => void = () => {};
  #failure: unknown = null;
  #isDead = false;

  constructor(app: Dispatcher) {
    const channels = new Map(
      [...app.channels].map(([name, senders]) => [name, senders.map((each) => this.#held(each))]),
    );
    this.#app = { ...app, channels, sql: this.#stopping(app.sql) };
  }

  /** Starts `work`; resolves at its first stop. */
  async start(work: (app: Dispatcher) => Promise<unknown>): Promise<void> {
    const arrived = this.#next();
    work(this.#app)
      .catch((error: unknown) => {
        if (!(error instanceof Killed)) this.#failure = error;
      })
      .finally(() => {
        this.at = 'ended';
        this.#arrived();
      });
    await arrived;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Lets it go on to its next stop; a provider that is asked answers `outcome`. */
  async go(outcome: Outcome | null = null): Promise<void> {
    const arrived = this.#next();
    this.#resume?.go(outcome);
    await arrived;
    if (this.#failure !== null) throw this.#failure;
  }

  /** The code may catch the error it ends by, as it may not a signal: nothing it does afterwards reaches anything. */
  async kill(): Promise<void> {
    this.#isDead = true;
    const ended = this.#next();
    this.#resume?.die();
    await ended;
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#arrived = resolve;
    });
  }

  #stop(at: Stop): Promise<Outcome | null> {
    if (this.#isDead) return Promise.reject(new Killed());
    this.at = at;
    const resumed = new Promise<Outcome | null>((go, die) => {
      this.#resume = { go, die: () => die(new Killed()) };
    });
    this.#arrived();
    return resumed;
  }

  #held(channel: Channel): Channel {
    const send: Channel['send'] = async (batch) => {
      const outcome = (await this.#stop('send')) as Outcome;
      return batch.map(() => outcome);
    };
    return { ...channel, send, ...(channel.lookup && { lookup: () => this.#stop('look up') }) };
  }

  #stopping(sql: Pool): Pool {
    return new Proxy(sql, {
      apply: (target, self, args: [TemplateStringsArray, ...unknown[]]) => {
        if (this.#isDead) throw new Killed();
        const query = Reflect.apply(target, self, args) as unknown as postgres.PendingQuery<object[]>;
        const [, stop] = AFTER.find(([words]) => words.test(args[0].join?.('') ?? '')) ?? [];
        if (stop === undefined) return query;
        const stopped = async (answer: PromiseLike<ArrayLike<unknown>>) => {
          const rows = await answer;
          if (rows.length > 0 || stop === 'read') await this.#stop(stop);
          return rows;
        };
        // Begun by who awaits it, as the client's own is: for its rows as objects, or as values.
        return new Proxy(query, {
          get: (_, name) => {
            if (name === 'values') return () => stopped(query.values());
            if (name !== 'then') return Reflect.get(query, name);
            return (...told: Parameters<typeof query.then>) => stopped(query).then(...(told as []));
          },
        });
      },
      get: (target, name) => {
        if (this.#isDead) throw new Killed();
        return Reflect.get(target, name);
      },
    });
  }
}
