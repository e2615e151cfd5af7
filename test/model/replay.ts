import { NOT_STARTED } from '#channels/outcome.ts';
import { recordAck } from '#src/ack/record.ts';
import { advanceDoses, beginTurns } from '#src/dispatch/advance.ts';
import { deliverChunk } from '#src/dispatch/deliver.ts';
import { enqueueChunks } from '#src/dispatch/queues.ts';
import { applyReceipts } from '#src/dispatch/receipts.ts';
import { reconcile } from '#src/dispatch/reconcile.ts';
import type { ChannelName, Outcome } from '#src/domain/attempt.ts';
import type { PatientRecord } from '#src/domain/patient.ts';
import { changePrescription, putPatient } from '#src/intake/commands.ts';
import { jobKey } from '#src/redis/keys.ts';
import { abandonChunks, type Chunk } from '#src/store/chunks.ts';
import { seedPatient, seedPrescription, type TestDispatcher } from '#test/helpers/dispatcher.ts';
import { Hand } from './hand.ts';
import type { Act } from './machine.ts';
import { DUE, type Look, type OutcomeKind, type Scope, type State } from './state.ts';

/** What the model and the database both know of a dose. */
export interface Seen {
  dose: { state: string; rung: number; next: number | null };
  attempts: {
    channel: string;
    expires: number;
    state: string;
    check: boolean;
    lost: number;
    chunk: number;
    held: string | null;
    job: boolean;
  }[];
  refused: string[];
}

/** As the model has it. */
export function seenInModel({ dose, attempts, refused }: State): Seen {
  return {
    dose,
    attempts: attempts.map(({ channel, expires, state, check, lost, chunks }) => ({
      channel,
      expires,
      state,
      check,
      lost,
      chunk: chunks.length - 1,
      held: chunks.at(-1)?.state ?? null,
      job: chunks.at(-1)?.job ?? false,
    })),
    refused,
  };
}

/** A process that finds out, and what the model calls it now. */
interface Looking {
  look: Look;
  hand: Hand;
}

const die = () => {
  throw new Error('died before it enqueued');
};

const EPOCH = new Date(0);
let shards = 0;

/** One dose of the real service, which is made to do what the model's dose did. */
export class Replay {
  readonly #app: TestDispatcher;
  /** As the app, but whoever commits a chunk dies before it enqueues it: that is a step of its own. */
  readonly #silent: TestDispatcher;
  readonly #scope: Scope;
  readonly #patient: PatientRecord;
  readonly #prescriptionId: string;
  readonly #doseId: string;
  readonly #shard = shards++;
  /** By channel, every chunk its message was in. */
  readonly #chunks = new Map<string, string[]>();
  readonly #attemptIds: string[] = [];
  readonly #workers = new Map<string, Hand>();
  readonly #lookers: Looking[] = [];
  /** What a provider has answered, until it is heard. */
  readonly #answers = new WeakMap<Hand, Outcome | null>();

  private constructor(
    app: TestDispatcher,
    scope: Scope,
    of: { patient: PatientRecord; prescriptionId: string; doseId: string },
  ) {
    this.#app = app;
    this.#silent = { ...app, queues: { ...app.queues, assertUp: die } };
    this.#scope = scope;
    this.#patient = of.patient;
    this.#prescriptionId = of.prescriptionId;
    this.#doseId = of.doseId;
  }

  static async begin(app: TestDispatcher, scope: Scope): Promise<Replay> {
    app.clock.set(new Date(scope.instants[0] as number));
    const patient = await seedPatient(app);
    const prescriptionId = await seedPrescription(app, patient, { policy: scope.policy });
    const [dose] =
      await app.sql`SELECT id FROM doses WHERE prescription_id = ${prescriptionId} AND due_at = ${new Date(DUE)}`;
    const replay = new Replay(app, scope, { patient, prescriptionId, doseId: dose?.id });
    await app.sql`UPDATE doses SET shard = ${replay.#shard} WHERE prescription_id = ${prescriptionId}`;
    return replay;
  }

  /** Makes the real service do it. `to` is the model's state afterwards. */
  async act(act: Act, to: State): Promise<void> {
    const app = this.#app;
    switch (act.do) {
      case 'time passes':
        return app.clock.set(new Date(this.#scope.instants[to.now] as number));
      case 'claim and commit': {
        await beginTurns(app);
        const until = new Date(Math.max(app.clock.now().getTime(), DUE));
        await advanceDoses(this.#silent, { shard: this.#shard, until, states: ['planned', 'open'] });
        return;
      }
      case 'enqueue':
        await enqueueChunks(app, [await this.#chunk(to, act.attempt, -1)]);
        return;
      case 'Redis is flushed':
        await app.redis.flushdb();
        return;
      case 'prescription stopped':
        await app.sql.begin((tx) =>
          changePrescription(app, tx, app.tenantId, this.#prescriptionId, { state: 'stopped' }),
        );
        return;
      case 'patient dies':
        await app.sql.begin((tx) => putPatient(app, tx, app.tenantId, { ...this.#patient, deceased: true }));
        return;
      case 'answer':
        await recordAck(app, { doseId: this.#doseId, answer: act.answer, road: act.road });
        return;
      case 'receipt': {
        const attemptId = this.#attemptIds[act.attempt] as string;
        return applyReceipts(app, [{ attemptId, state: act.state, ref: `ref-${attemptId}` }]);
      }
      case 'abandon': {
        const { id } = await this.#chunk(to, act.attempt, act.chunk);
        await app.sql`UPDATE chunks SET lease_until = ${EPOCH} WHERE id = ${id}`;
        await abandonChunks(app.sql, { now: EPOCH, checkAt: app.clock.now(), repeatable: [] });
        return;
      }
      case 'take unknown':
      case 'look up':
      case 'settle look-up':
      case 'finder dies':
        return this.#find(act, to);
      default:
        return this.#work(act, to);
    }
  }

  async #work(act: Extract<Act, { chunk: number }>, to: State): Promise<void> {
    const key = `${act.attempt} ${act.chunk}`;
    const hand = this.#workers.get(key) ?? new Hand(this.#silent);
    switch (act.do) {
      case 'hold': {
        this.#workers.set(key, hand);
        const chunk = await this.#chunk(to, act.attempt, act.chunk);
        await this.#app.queues.lanes.get(chunk.channel)?.remove(chunk.id); // as BullMQ gives it to its worker
        return hand.start((app) => deliverChunk(app, chunk));
      }
      case 'read the truth':
        return hand.go();
      case 'send':
        this.#answers.set(hand, this.#outcome(act.outcome, act.attempt));
        return hand.go();
      case 'settle':
        await hand.go(this.#answers.get(hand));
        break;
      case 'worker dies':
        await hand.kill();
    }
    if (hand.at !== 'ended') throw new Error(`the worker stands at ${hand.at}`);
    this.#workers.delete(key);
  }

  async #find(
    act: Extract<Act, { do: 'take unknown' | 'look up' | 'settle look-up' | 'finder dies' }>,
    to: State,
  ): Promise<void> {
    const id = this.#attemptIds[act.attempt] as string;
    if (act.do === 'take unknown') {
      const later = new Date('2100-01-01');
      await this.#app.sql`
        UPDATE attempts SET check_at = CASE WHEN id = ${id} THEN ${this.#app.clock.now()}::timestamptz ELSE ${later} END
        WHERE state = 'unknown' AND check_at < 'infinity'`;
      const hand = new Hand(this.#silent);
      await hand.start(reconcile);
      this.#lookers.push({ look: act.look, hand });
      return;
    }
    const text = JSON.stringify(act.look);
    const i = this.#lookers.findIndex(({ look }) => JSON.stringify(look) === text);
    const { hand, look } = this.#lookers[i] as Looking;
    if (act.do === 'look up') {
      const { channel, taken } = to.attempts[act.attempt] as State['attempts'][number];
      this.#lookers[i] = { look: act.found, hand };
      if (channel !== 'sms' || look.notAsked) return;
      this.#answers.set(hand, taken > 0 ? this.#outcome('accepted', act.attempt) : null);
      return hand.go();
    }
    if (act.do === 'finder dies') await hand.kill();
    else await hand.go(this.#answers.get(hand));
    if (hand.at !== 'ended') throw new Error(`the finder stands at ${hand.at}`);
    this.#lookers.splice(i, 1);
  }

  #outcome(kind: OutcomeKind, attempt: number): Outcome {
    const code = 'scripted';
    switch (kind) {
      case 'accepted':
        return { kind, ref: `ref-${this.#attemptIds[attempt]}` };
      case 'contact_failed':
        return { kind, code, optedOut: false };
      case 'not_started':
        return NOT_STARTED;
      default:
        return { kind: kind as 'retry' | 'unknown' | 'message_failed', code };
    }
  }

  async #chunk(to: State, attempt: number, index: number): Promise<Chunk & { channel: ChannelName }> {
    const { channel } = to.attempts[attempt] as State['attempts'][number];
    const id = this.#chunks.get(channel)?.at(index) as string;
    const [chunk] = await this.#app.sql<Chunk[]>`
      SELECT id, channel, critical, size, ready_at AS "readyAt", expires_at AS "expiresAt", turn FROM chunks WHERE id = ${id}`;
    return chunk as Chunk;
  }

  /** As the database and Redis have it. */
  async seen(): Promise<Seen> {
    const { sql, redis } = this.#app;
    const [dose] = await sql`SELECT state, rung, next_action_at FROM doses WHERE id = ${this.#doseId}`;
    const rows = await sql`
      SELECT a.id, a.channel, a.state, coalesce(a.check_at < 'infinity', false) AS "check", a.lost, a.chunk_id, a.expires_at, c.state AS held
      FROM attempts a LEFT JOIN chunks c ON c.id = a.chunk_id WHERE a.dose_id = ${this.#doseId} ORDER BY a.rung`;
    const contacts = await sql`
      SELECT kind FROM contact_points p JOIN prescriptions r USING (patient_id)
      WHERE r.id = ${this.#prescriptionId} AND p.state = 'invalid' ORDER BY kind`;
    const attempts: Seen['attempts'] = [];
    for (const { id, chunk_id, channel, ...row } of rows) {
      this.#attemptIds[attempts.length] = id;
      const chunks = this.#chunks.get(channel) ?? [];
      if (chunk_id !== null && !chunks.includes(chunk_id)) chunks.push(chunk_id);
      this.#chunks.set(channel, chunks);
      const job = row.held === 'queued' && (await redis.exists(jobKey(channel, chunk_id))) === 1;
      const { state, check, lost, held } = row;
      attempts.push({
        channel,
        expires: row.expires_at.getTime(),
        state,
        check,
        lost,
        chunk: chunks.length - 1,
        held,
        job,
      });
    }
    return {
      dose: { state: dose?.state, rung: dose?.rung, next: dose?.next_action_at?.getTime() ?? null },
      attempts,
      refused: contacts.map(({ kind }) => (kind === 'phone' ? 'sms' : kind)),
    };
  }

  /** Ends what still stands somewhere. */
  async end(): Promise<void> {
    for (const hand of [...this.#workers.values(), ...this.#lookers.map((each) => each.hand)]) await hand.kill();
  }
}
